/** The part of oidc-provider 9 that the tests and the benchmark use; the package has no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface AdapterPayload {
    [claim: string]: unknown;
    grantId?: string;
    userCode?: string;
    uid?: string;
  }

  export interface Adapter {
    upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void>;
    find(id: string): Promise<AdapterPayload | undefined>;
    findByUid(uid: string): Promise<AdapterPayload | undefined>;
    findByUserCode(userCode: string): Promise<AdapterPayload | undefined>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
    consume(id: string): Promise<void>;
  }

  export class Grant {
    constructor(input: { accountId: string; clientId: string });
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export interface CodeInput {
    accountId: string;
    client: object;
    redirectUri: string;
    scope: string;
    grantId: string;
    gty: string;
  }

  export class AuthorizationCode {
    constructor(input: CodeInput);
    save(): Promise<string>;
  }

  export const errors: { InvalidGrant: new (detail: string) => Error };

  export interface BackchannelRequest {
    jti: string;
    accountId: string;
    clientId: string;
  }

  export default class Provider {
    constructor(issuer: string, configuration: object);
    readonly Grant: typeof Grant;
    readonly AuthorizationCode: typeof AuthorizationCode;
    readonly Client: { find(id: string): Promise<object | undefined> };
    readonly BackchannelAuthenticationRequest: { find(id: string): Promise<BackchannelRequest | undefined> };
    on(event: string, listener: (...values: unknown[]) => void): this;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    backchannelResult(
      request: string | BackchannelRequest,
      grant: Grant,
      more: { acr: string; amr: string[] },
    ): Promise<void>;
  }
}
