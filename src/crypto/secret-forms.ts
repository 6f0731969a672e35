import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** Whether a text is the PEM of a private key on P-256, as Apple's `.p8` files have it. */
export function isP256PrivateKey(pem: string): boolean {
  return privateKey(pem)?.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/** Whether a text is Google's key file: JSON with the project, the account and its RSA key in PEM. */
export function isServiceAccount(text: string): boolean {
  let account: Partial<Record<'project_id' | 'client_email' | 'private_key', unknown>> | null;
  try {
    account = JSON.parse(text) as typeof account;
  } catch {
    return false;
  }
  const { project_id: project, client_email: email, private_key: key } = account ?? {};
  const isNamed = [project, email].every((name) => typeof name === 'string' && name !== '');
  return isNamed && typeof key === 'string' && privateKey(key)?.asymmetricKeyType === 'rsa';
}

/** Whether a text is one or more certificates in PEM, and nothing else. */
export function areCertificates(pem: string): boolean {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return certificates.map((one) => new X509Certificate(one)).length > 0;
  } catch {
    return false;
  }
}

/** Node's own errors may quote their input, so they are dropped. */
function privateKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}
