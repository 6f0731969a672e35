/** Why protection can be suspended. */
export type SuspensionReason = 'line_suspended' | 'loss_reported' | 'sim_swapped';

/** Why a subscription can end. */
export type CancelReason =
  | 'website'
  | 'call_centre'
  | 'ported_out'
  | 'owner_changed'
  | 'unsupported_device'
  | 'line_terminated'
  | 'ineligible_plan';

/** What the service tells a subscriber's phone of the subscription. An app has a text for each of them. */
export type Notice =
  | { kind: 'joined' | 'resumed' | 'device_enrolled' | 'device_replaced' | 'device_retired' | 'enrol_again' }
  | { kind: 'new_phone_asked' | 'new_phone_soon' | 'pin_locked' | 'pin_unlocked' | 'cancellation_asked' }
  | { kind: 'smart_otp_enrolled' | 'registration_asked' }
  | { kind: 'reissue_applied' | 'reissue_approved' | 'reissue_issued' | 'reissue_completed' | 'smart_otp_issued' }
  | { kind: 'suspended'; detail: SuspensionReason }
  | { kind: 'cancelled'; detail: CancelReason };
