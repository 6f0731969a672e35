/** A column with ciphertexts of `FieldCipher`. */
export interface EncryptedColumn {
  table: string;
  column: string;
  /** What its ciphertexts are bound to, beside the id of the row; `table:column` when left out. */
  place?: string;
}

/** What is kept longer than for minutes, other than the secrets of devices: `npm run reencrypt` rewrites it. */
export const LONG_LIVED_COLUMNS: readonly EncryptedColumn[] = [
  { table: 'lines', column: 'phone_number' },
  { table: 'lines', column: 'owner' },
  { table: 'devices', column: 'name_cipher', place: 'devices:name' },
  { table: 'authentications', column: 'person' },
  { table: 'authentications', column: 'texts' },
  // After the table above: a row that moves meanwhile is read here.
  { table: 'past_authentications', column: 'person', place: 'authentications:person' },
  { table: 'past_authentications', column: 'texts', place: 'authentications:texts' },
  { table: 'test_authentications', column: 'person' },
  { table: 'windows', column: 'purpose_cipher', place: 'windows:purpose' },
  { table: 'notices', column: 'address' },
  { table: 'carrier_events', column: 'kept' },
  { table: 'reports', column: 'person' },
  { table: 'reissue_applications', column: 'person' },
  { table: 'reissue_applications', column: 'proof_reference' },
  { table: 'reissue_applications', column: 'recipient' },
  { table: 'accounts', column: 'totp_secret', place: 'operators:totp_secret' },
  { table: 'webhook_secrets', column: 'secret' },
  { table: 'swap_subscriptions', column: 'sealed' },
];

/** The secrets of devices, which are bound to more than their row. */
export const DEVICE_COLUMNS: readonly EncryptedColumn[] = [
  { table: 'devices', column: 'knowledge_key' },
  { table: 'devices', column: 'push_token' },
  { table: 'authenticators', column: 'secret' },
];
