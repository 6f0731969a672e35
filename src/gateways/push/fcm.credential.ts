import { applicationDefault, cert, type Credential } from 'firebase-admin/app';

/**
 * The credential of a real FCM project.
 *
 * `serviceAccountJson` is the text of the key file that the Firebase console gives; without it, the machine's own
 * (application default credentials: `GOOGLE_APPLICATION_CREDENTIALS` or the metadata server). Throws on text that is
 * no service account.
 */
export function googleCredential(serviceAccountJson?: string): Credential {
  if (serviceAccountJson === undefined) return applicationDefault();
  const account: unknown = JSON.parse(serviceAccountJson);
  if (typeof account !== 'object' || account === null) throw new Error('the FCM service account is not a JSON object');
  return cert(account);
}

/** A credential that is one fixed bearer token, for a server that is not Google's. */
export function staticCredential(accessToken: string): Credential {
  return {
    // firebase-admin asks again five minutes before the end.
    getAccessToken: async () => ({ access_token: accessToken, expires_in: 3600 }),
  };
}
