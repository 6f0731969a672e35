import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { ASSERTION_ALGORITHMS } from '../crypto/client-assertion.ts';
import { DPOP_ALGORITHMS } from '../crypto/dpop-proof.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { SCOPES } from '../http/client.guard.ts';
import { CLIENT_AUTH_METHODS } from '../domain/client.ts';
import type { ServerMetadataResponse } from './oauth.dto.ts';
import { TokenGrants } from './token-grants.ts';

/** The metadata of the authorization server (RFC 8414; OpenID Connect Discovery 1.0, 3). Each room adds its own part. */
@Injectable()
export class ServerMetadata {
  private readonly parts: Partial<ServerMetadataResponse>[] = [];

  constructor(
    private readonly grants: TokenGrants,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /** Adds members. A list adds its values to those of the others. */
  add(part: Partial<ServerMetadataResponse>): void {
    this.parts.push(part);
  }

  document(): ServerMetadataResponse {
    const issuer = this.environment.ISSUER;
    const document: Record<string, unknown> = {
      issuer,
      token_endpoint: `${issuer}/oauth2/token`,
      jwks_uri: `${issuer}/oauth2/jwks`,
      grant_types_supported: this.grants.types,
      response_types_supported: [],
      scopes_supported: [...SCOPES],
      token_endpoint_auth_methods_supported: [...CLIENT_AUTH_METHODS],
      token_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGORITHMS],
      dpop_signing_alg_values_supported: [...DPOP_ALGORITHMS],
      // OpenID Connect Discovery requires both. They describe id_tokens, and the assertion of a verification, which has ES256.
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: this.keys.rsa.length > 0 ? ['ES256', 'RS256'] : ['ES256'],
      service_documentation: `${issuer}/developers`,
    };
    for (const [name, value] of this.parts.flatMap((part) => Object.entries(part))) {
      const present = document[name];
      document[name] =
        Array.isArray(present) && Array.isArray(value)
          ? [...new Set<unknown>([...(present as unknown[]), ...(value as unknown[])])]
          : value;
    }
    return document as unknown as ServerMetadataResponse;
  }
}
