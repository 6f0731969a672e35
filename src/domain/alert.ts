/** What happens to a subscription from outside the phone, and is told to the phone, which can answer (contract). */
export const ALERT_KINDS = [
  'loss_reported',
  'new_phone',
  'reissue',
  'cancellation',
  'sim_swapped',
  'pin_locked',
  'pin_unlocked',
  'device_enrolled',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** `closed`: it expired, another one took its place, or what it tells of has ended. */
export const ALERT_STATES = ['open', 'confirmed', 'objected', 'closed'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** The answers of a person to an alert. */
export type AlertAnswer = 'confirm' | 'object';

/** Hours for which an alert can be answered. */
export const ALERT_HOURS = 72;
/** Hours for which a phone that was replaced may read and answer alerts, and nothing else (contract). */
export const REPLACED_HOURS = 72;
/**
 * The alerts that are pushed to a phone which was replaced within {@link REPLACED_HOURS} too: its owner may be the
 * person, and the holder of the line's new SIM or phone may not be.
 */
export const TOLD_TO_REPLACED = [
  'device_enrolled',
  'sim_swapped',
  'new_phone',
  'loss_reported',
] as const satisfies readonly AlertKind[];
/** Hours after an objection to a report of loss in which further reports without a login suspend nothing (contract). */
export const LOSS_OBJECTION_HOURS = 24;
/** Hours after an objection to a new phone in which none is given without a login (contract). */
export const NEW_PHONE_OBJECTION_HOURS = 24;
