import { applicationDefault, cert, type Credential } from 'firebase-admin/app';

/**
 * The credential of a real FCM project.
 *
 * `serviceAccountJson` is the text of the key file from the Firebase console. Without it, the machine's application
 * default credentials are used (`GOOGLE_APPLICATION_CREDENTIALS` or the metadata server).
 * Throws on text that is no service account.
 */
export function googleCredential(serviceAccountJson?: string): Credential {
  if (serviceAccountJson === undefined) return applicationDefault();
  const account: unknown = JSON.parse(serviceAccountJson);
  if (typeof account !== 'object' || account === null) throw new Error('the FCM service account is not a JSON object');
  return cert(account);
}

/** A credential with one fixed bearer token, for a server that is not Google's. */
export function staticCredential(accessToken: string): Credential {
  return {
    // firebase-admin requests a new token five minutes before the expiry.
    getAccessToken: async () => ({ access_token: accessToken, expires_in: 3600 }),
  };
}
