import { comparable, includesName, type Handset, type RegisteredLine } from './line.ts';
import type { Locale } from './locale.ts';
import { ageOn, parsePerson } from './person.ts';
import { systemOf } from './push-service.ts';

export type IneligibilityCode =
  | 'not_home_carrier'
  | 'line_not_active'
  | 'minor'
  | 'corporate_line'
  | 'other_party_name'
  | 'prepaid_plan'
  | 'm2m_plan'
  | 'unsupported_os'
  | 'os_version_too_old'
  | 'tablet_not_supported'
  | 'already_subscribed'
  | 'recent_sim_change';

/** Age of majority under the Korean Civil Act, article 4. */
const AGE_OF_MAJORITY = 19;

/** Every rule that a handset breaks; empty when the app can run on it. */
export function handsetFaults(handset: Handset): IneligibilityCode[] {
  const oldest = systemOf(comparable(handset.os))?.oldest;
  const faults: IneligibilityCode[] = [];
  if (!oldest) faults.push('unsupported_os');
  else if (isOlder(handset.osVersion, oldest)) faults.push('os_version_too_old');
  if (handset.formFactor === 'tablet') faults.push('tablet_not_supported');
  return faults;
}

/** Every rule that a line breaks, in the order in which people see them; empty when the line may subscribe. */
export function ineligibility(input: {
  line: RegisteredLine;
  homeCarriers: readonly string[];
  alreadySubscribed: boolean;
  /** True while the line is held from joining because its SIM was changed or is in doubt. */
  simInDoubt: boolean;
  /** ISO date, Asia/Seoul. */
  today: string;
}): IneligibilityCode[] {
  const { line } = input;
  const owner = parsePerson({ ...line.owner, today: input.today });
  const faults: IneligibilityCode[] = [];
  if (!includesName(input.homeCarriers, line.carrier)) faults.push('not_home_carrier');
  if (line.status !== 'active') faults.push('line_not_active');
  // An unreadable birth date proves no majority.
  if (!owner || ageOn(owner.birthDate, input.today) < AGE_OF_MAJORITY) faults.push('minor');
  if (line.holder === 'corporate') faults.push('corporate_line');
  if (line.holder === 'other_party') faults.push('other_party_name');
  if (line.plan === 'prepaid') faults.push('prepaid_plan');
  if (line.plan === 'm2m') faults.push('m2m_plan');
  faults.push(...handsetFaults(line.handset));
  if (input.alreadySubscribed) faults.push('already_subscribed');
  if (input.simInDoubt) faults.push('recent_sim_change');
  return faults;
}

/** Compares versions number by number: 2.10 is newer than 2.3. A text that is not a version counts as older. */
function isOlder(version: string, oldest: readonly number[]): boolean {
  const parts = /^\d+(?:\.\d+)*/.exec(version.trim())?.[0].split('.').map(Number) ?? [];
  if (parts.length === 0) return true;
  for (const [at, least] of oldest.entries()) {
    const part = parts[at] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}

/** The sentence that explains each rule to a person, in Korean and in English. */
export const INELIGIBILITY_SENTENCES: Record<IneligibilityCode, Record<Locale, string>> = {
  not_home_carrier: {
    ko: '이 서비스는 당사 회선만 가입할 수 있습니다.',
    en: 'Only lines of this carrier can subscribe; move the number to this carrier first.',
  },
  line_not_active: {
    ko: '정지되었거나 해지된 회선입니다. 회선을 정상 상태로 되돌린 뒤 가입해 주세요.',
    en: 'The line is suspended or terminated; subscribe once it is active again.',
  },
  minor: {
    ko: '만 19세 이상만 가입할 수 있습니다.',
    en: 'Subscribers must be at least 19 years old.',
  },
  corporate_line: {
    ko: '법인 명의 회선은 가입할 수 없습니다. 본인 명의 회선으로 가입해 주세요.',
    en: 'Corporate lines cannot subscribe; use a line in your own name.',
  },
  other_party_name: {
    ko: '가족 등 다른 사람 명의의 회선은 가입할 수 없습니다. 명의를 본인으로 변경한 뒤 가입해 주세요.',
    en: 'The line is in another person’s name; have it changed to your own name first.',
  },
  prepaid_plan: {
    ko: '선불 요금제는 가입할 수 없습니다. 후불 요금제로 변경해 주세요.',
    en: 'Prepaid plans cannot subscribe; change to a postpaid plan.',
  },
  m2m_plan: {
    ko: '사물통신(M2M) 요금제는 가입할 수 없습니다.',
    en: 'M2M plans cannot subscribe; use a personal postpaid plan.',
  },
  unsupported_os: {
    ko: 'Android와 iOS 스마트폰만 이용할 수 있습니다.',
    en: 'Only Android and iOS phones can run the app.',
  },
  os_version_too_old: {
    ko: 'Android 2.3 이상 또는 iOS 6.0 이상으로 업데이트해 주세요.',
    en: 'Update the phone to Android 2.3 or iOS 6.0 or later.',
  },
  tablet_not_supported: {
    ko: '태블릿(iPad)은 지원하지 않습니다. 스마트폰을 이용해 주세요.',
    en: 'Tablets (iPad) are not supported; use a phone.',
  },
  recent_sim_change: {
    ko: '최근 유심이 변경되었거나 분실이 신고된 회선입니다. 안전을 위해 일정 시간이 지난 뒤 가입할 수 있습니다. 급하면 고객센터에 문의해 주세요.',
    en: 'The SIM was changed or reported lost recently. For your safety, wait some time before you subscribe, or contact the call centre.',
  },
  already_subscribed: {
    ko: '이미 가입된 회선입니다.',
    en: 'The line is already subscribed.',
  },
};
