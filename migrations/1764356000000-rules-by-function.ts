import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';
import { keepByConstraints, keepByFunction, type Rules } from './rules.ts';

const SINCE = '1764356000000';

const AUTHENTICATIONS: Rules = {
  table: 'authentications',
  since: SINCE,
  columns: {
    state: 'text',
    channel: 'text',
    flow: 'text',
    attempts: 'smallint',
    resends: 'smallint',
    match_failures: 'smallint',
    match_digits: 'text',
    match_proven: 'boolean',
    decline_reason: 'text',
    closed_at: 'timestamptz',
    code_digest: 'bytea',
    sms_code: 'bytea',
    envelope: 'text',
    end_user: 'bytea',
    person: 'bytea',
    purpose: 'text',
    texts: 'bytea',
    transaction: 'bytea',
  },
  rules: {
    authentications_state_check: `state IN ('pending', 'opened', 'verified', 'declined', 'expired', 'failed', 'cancelled')`,
    authentications_channel_check: `channel IN ('push', 'sms', 'otp', 'sign', 'approve')`,
    authentications_decline_reason_check: `decline_reason IN ('not_me', 'cancelled', 'wrong_details')`,
    authentications_attempts_check: 'attempts BETWEEN 0 AND 5',
    authentications_resends_check: 'resends BETWEEN 0 AND 3',
    authentications_match_failures_check: 'match_failures BETWEEN 0 AND 3',
    flow_is_known: `flow IN ('api', 'code', 'ciba', 'number')`,
    closed_has_a_time: `(state IN ('pending', 'opened')) = (closed_at IS NULL)`,
    closed_keeps_no_code: `state IN ('pending', 'opened') OR code_digest IS NULL AND sms_code IS NULL AND envelope IS NULL`,
    closed_keeps_no_end_user: 'closed_at IS NULL OR end_user IS NULL',
    only_verified_keeps_the_person: `(state IN ('pending', 'opened', 'verified')) = (person IS NOT NULL)`,
    purpose_is_kept_once: 'num_nonnulls(purpose, texts) = 1',
    push_keeps_no_plain_code: `channel = 'sms' OR sms_code IS NULL`,
    approval_has_digits: `channel <> 'approve' OR match_digits IS NOT NULL`,
    match_is_proven: `match_digits IS NULL OR channel = 'sms' OR state NOT IN ('opened', 'verified') OR match_proven`,
    transaction_is_signed_while_open: `(channel = 'sign' AND closed_at IS NULL) = (transaction IS NOT NULL)`,
  },
};

const DEVICES: Rules = {
  table: 'devices',
  since: SINCE,
  columns: {
    state: 'text',
    platform: 'text',
    push_service: 'text',
    push_token: 'bytea',
    knowledge_key: 'bytea',
    name: 'text',
    name_cipher: 'bytea',
    pin_failures: 'smallint',
    pin_wrong: 'smallint',
    test_failures: 'smallint',
    pin_check_id: 'uuid',
    pin_check_nonce: 'bytea',
    pin_check_expires_at: 'timestamptz',
  },
  rules: {
    devices_state_check: `state IN ('testing', 'active', 'revoked')`,
    devices_platform_check: `platform IN ('android', 'ios')`,
    devices_push_service_check: `push_service IN ('fcm', 'apns', 'webpush', 'none')`,
    devices_none_has_no_token: `push_service <> 'none' OR push_token IS NULL`,
    devices_pin_failures_check: 'pin_failures BETWEEN 0 AND 5',
    devices_pin_wrong_check: 'pin_wrong BETWEEN 0 AND 15',
    devices_test_failures_check: 'test_failures BETWEEN 0 AND 5',
    device_in_use_has_its_key: `state = 'revoked' OR knowledge_key IS NOT NULL`,
    device_is_named_once: 'name IS NULL OR name_cipher IS NULL',
    pin_check_is_whole: `(pin_check_id IS NULL) = (pin_check_nonce IS NULL)
            AND (pin_check_id IS NULL) = (pin_check_expires_at IS NULL)`,
  },
};

/** The two tables that every authentication writes to several times; see `rules.ts`. */
export class RulesByFunction1764356000000 implements DeclaredMigration {
  readonly locks = [AUTHENTICATIONS, DEVICES].map(({ table }) => ({
    table,
    mode: 'ACCESS EXCLUSIVE' as const,
    because:
      'adds and drops constraints without looking at a row; another transaction looks at them beside reads and writes',
  }));

  /** Each step takes its locks alone. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await keepByFunction(runner, AUTHENTICATIONS);
    await keepByFunction(runner, DEVICES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await keepByConstraints(runner, DEVICES);
    await keepByConstraints(runner, AUTHENTICATIONS);
  }
}
