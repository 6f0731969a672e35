import { Injectable } from '@nestjs/common';
import type { AuthenticatedClient } from './authenticate-client.ts';
import type { TokenRequest, TokenResponse } from './oauth.dto.ts';

/** A request to the token endpoint whose client has authenticated. */
export interface TokenCall extends AuthenticatedClient {
  parameters: TokenRequest;
  /** The thumbprint of the key to which the token will be bound, where the client proved one (RFC 9449, 5). */
  jkt: string | undefined;
  /** True once the client has ended its connection, so that an answer would be lost. */
  isGone: () => boolean;
  /** Aborted when the connection of the client ends, or the answer is sent. */
  gone: AbortSignal;
}

/** One way to get a token (RFC 6749, 1.3). The room that knows what the token stands for serves it. */
export interface TokenGrant {
  /** The value of `grant_type`. */
  readonly type: string;
  /** Whether a public client may use it. */
  readonly servesPublic?: true;
  /** Problems: those of the grant type, by the names of its specification. */
  exchange(call: TokenCall): Promise<TokenResponse>;
}

/** The members of an answer, and of what it issues, that say to which key a token is bound. */
export function boundTo(jkt: string | undefined): { token: { jkt?: string }; token_type: 'DPoP' | 'Bearer' } {
  return jkt === undefined ? { token: {}, token_type: 'Bearer' } : { token: { jkt }, token_type: 'DPoP' };
}

/** The grant types of the token endpoint. Each room adds its own when the service starts. */
@Injectable()
export class TokenGrants {
  private readonly grants = new Map<string, TokenGrant>();

  add(grant: TokenGrant): void {
    this.grants.set(grant.type, grant);
  }

  of(type: string): TokenGrant | undefined {
    return this.grants.get(type);
  }

  get types(): string[] {
    return [...this.grants.keys()];
  }
}
