import type { Scenario } from './scenario.ts';

/** Scenarios that the service cannot play, with the reason. */
interface NotApplicable {
  feature: string;
  /** Undefined for every scenario of the file. */
  id?: string;
  /** Of an outline: the first cells of the rows that apply all the same. */
  except?: readonly string[];
  reason: string;
}

const OF_EVERY_LINE =
  'The precondition does not hold: the service answers for every line of its carriers. It tells a line of another carrier ' +
  'as it tells a number of no line.';
const NO_FIRST_CONNECTION =
  'The scenario is for operators that know it. The feed of the carrier does not tell whether a SIM was ever connected.';
const LIMITED_HISTORY =
  'The file limits it to operators with an unlimited history. The service keeps changes for HISTORY_DAYS, does not know when ' +
  'a SIM was activated, and answers null with monitoredPeriod, which the specification allows.';
const NOT_BY_NETWORK =
  'The service cannot issue such a token: the mobile network authenticates nobody here, so the answer is always 403 ' +
  'NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK.';
const NO_ID_DOCUMENT = 'The service holds no identity documents, so it demands none.';

export const NOT_APPLICABLE: readonly NotApplicable[] = [
  {
    feature: 'one-time-password-sms-sendCode',
    id: '@OTPvalidationAPI_06_send_code_phone_number_blocked',
    reason:
      'The service does not learn of a barring of text messages: the SMS centre accepts the message and discards it.',
  },
  { feature: 'sim-swap-checkSimSwap', id: '@check_sim_swap_C02.05_phone_number_not_supported', reason: OF_EVERY_LINE },
  {
    feature: 'sim-swap-retrieveSimSwapDate',
    id: '@retrieve_sim_swap_date_3_no_sim_swap_returns_activation_date',
    reason: LIMITED_HISTORY,
  },
  {
    feature: 'sim-swap-retrieveSimSwapDate',
    id: '@retrieve_sim_swap_date_4_sim_never_associated',
    reason:
      'The file limits it to operators that answer for a number without a SIM. The carrier tells of lines with a SIM only.',
  },
  {
    feature: 'sim-swap-retrieveSimSwapDate',
    id: '@retrieve_sim_swap_date_C02.05_phone_number_not_supported',
    reason: OF_EVERY_LINE,
  },
  {
    feature: 'sim-swap-subscriptions',
    id: '@sim_swap_subscription_creation_02_async_creation',
    reason: 'The file lets it be left out where the scenario of a creation that is answered at once is played.',
  },
  {
    feature: 'sim-swap-subscriptions',
    id: '@sim_swap_subscription_delete_05_delete_subscription',
    reason: 'The file asks for a body with the status 204, which has none. The specification has none either.',
  },
  {
    feature: 'sim-swap-subscriptions',
    id: '@sim_swap_subscription_creation_25_require_input_properties_missing',
    except: ['$.protocol', '$.sink', '$.types'],
    reason:
      'The file contradicts itself and the specification: without a number the answer is 422 MISSING_IDENTIFIER, as its ' +
      'scenario 102 has it.',
  },
  {
    feature: 'sim-swap-subscriptions',
    id: '@sim_swap_subscription_creation_100_not_applicable',
    reason: OF_EVERY_LINE,
  },
  {
    feature: 'device-swap-checkDeviceSwap',
    id: '@check_device_swap_8_NoDeviceSwapPhoneNumberNeverConnected',
    reason: NO_FIRST_CONNECTION,
  },
  {
    feature: 'device-swap-checkDeviceSwap',
    id: '@check_device_swap_13_C02_05_phone_number_not_supported',
    reason: OF_EVERY_LINE,
  },
  {
    feature: 'device-swap-retrieveDeviceSwapDate',
    id: '@retrieve_device_swap_date_3_no_device_swap_returns_activation_date',
    reason: LIMITED_HISTORY,
  },
  {
    feature: 'device-swap-retrieveDeviceSwapDate',
    id: '@retrieve_device_swap_date_5_not_activated',
    reason: NO_FIRST_CONNECTION,
  },
  {
    feature: 'device-swap-retrieveDeviceSwapDate',
    id: '@retrieve_device_swap_date_10_C02_05_phone_number_not_supported',
    reason: OF_EVERY_LINE,
  },
  { feature: 'kyc-age-verification', id: '@verifyAge_C02.05_phone_number_not_supported', reason: OF_EVERY_LINE },
  {
    feature: 'kyc-match',
    id: '@KYC_Match_3_success_specific_property_score',
    reason: 'The file calls scores optional. The service gives none: it holds no names, addresses or e-mail addresses.',
  },
  {
    feature: 'kyc-match',
    id: '@KYC_Match_4_perfect_match_no_scores_returned',
    except: ['$.birthdate', '$.gender'],
    reason:
      'The service holds the birth date and the gender alone. For every other attribute it answers not_available.',
  },
  {
    feature: 'kyc-match',
    id: '@KYC_Match_5_success_specific_property_false',
    reason:
      'The file contradicts itself and the specification: the value “does perfectly match” and the answer is to be “false”. ' +
      'The specification answers “true” to a match.',
  },
  { feature: 'kyc-match', id: '@KYC_Match_7_success_id_document_required', reason: NO_ID_DOCUMENT },
  { feature: 'kyc-match', id: '@KYC_Match_12_idDocument_required', reason: NO_ID_DOCUMENT },
  {
    feature: 'kyc-match',
    id: '@KYC_Match_13_idDocument_mismatch_when_idDocument_is_required',
    reason: NO_ID_DOCUMENT,
  },
  { feature: 'kyc-match', id: '@KYC_Match_C02.05_phone_number_not_supported', reason: OF_EVERY_LINE },
  ...[
    ['phoneNumberShare', '@phone_number_share_01_generic_success_scenario'] as const,
    ['phoneNumberShare', '@phone_number_share_02_success_scenario'] as const,
    ['phoneNumberVerify', '@phone_number_verify_01_generic_success_scenario'] as const,
    ['phoneNumberVerify', '@phone_number_verify.02_validate_phone_number_success_true'] as const,
    ['phoneNumberVerify', '@phone_number_verify.03_validate_phone_number_success_false'] as const,
    ['phoneNumberVerify', '@phone_number_verify.04_validate_hashed_phone_number_success_true'] as const,
    ['phoneNumberVerify', '@phone_number_verify.05_validate_hashed_phone_number_success_false'] as const,
  ].map(([operation, id]) => ({ feature: `number-verification-${operation}`, id, reason: NOT_BY_NETWORK })),
  {
    feature: 'own',
    id: '@own_not_applicable',
    reason: 'This scenario of the service shows that what is listed here is not run.',
  },
];

/** The entry of a scenario, or undefined where it applies. */
export function notApplicable({ feature, id, row }: Scenario): NotApplicable | undefined {
  return NOT_APPLICABLE.find(
    (entry) =>
      entry.feature === feature &&
      (entry.id ?? id) === id &&
      !(row !== undefined && entry.except?.includes(row) === true),
  );
}
