import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  handsetFaults,
  INELIGIBILITY_SENTENCES,
  ineligibility,
  type IneligibilityCode,
} from '../../src/domain/eligibility.ts';
import type { LineFacts } from '../../src/domain/line.ts';

const today = '2026-11-22';
const line: LineFacts = {
  lineId: 'line-1',
  phoneNumber: '+821012345678',
  carrier: 'SKT',
  status: 'active',
  holder: 'self',
  owner: { birthDate: '900101', genderDigit: '1' },
  plan: 'postpaid',
  handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
};
const android = (osVersion: string) => ({ handset: { ...line.handset, osVersion } });
const ios = (osVersion: string) => ({ handset: { ...line.handset, os: 'ios', osVersion } });
const faults = (
  change: Partial<LineFacts>,
  other: { homeCarriers?: string[]; alreadySubscribed?: boolean; simInDoubt?: boolean } = {},
) =>
  ineligibility({
    line: { ...line, ...change },
    homeCarriers: ['SKT'],
    alreadySubscribed: false,
    simInDoubt: false,
    today,
    ...other,
  });

describe('a line', () => {
  it.each<[string, Partial<LineFacts>]>([
    ['as it should be', {}],
    ['of one who is 19 today', { owner: { birthDate: '071122', genderDigit: '3' } }],
    ['of a foreigner', { owner: { birthDate: '880229', genderDigit: '5' } }],
    ['with Android 2.3', android('2.3')],
    ['with Android 2.3.3', android('2.3.3')],
    ['with Android 2.10', android('2.10')],
    ['with Android 10', android('10')],
    ['with Android 14', android('14')],
    ['with iOS 6.0', ios('6.0')],
    ['with iOS 6', ios('6')],
    ['with iOS 10.0.1', ios('10.0.1')],
    ['with iOS in capitals', { handset: { ...line.handset, os: 'iOS', osVersion: '17.5' } }],
  ])('a line %s may subscribe', (_case, change) => {
    expect(faults(change)).toEqual([]);
  });

  it.each<[IneligibilityCode, string, Partial<LineFacts>]>([
    ['not_home_carrier', 'of another carrier', { carrier: 'KT' }],
    ['not_home_carrier', 'of an MVNO', { carrier: 'SKT_MVNO' }],
    ['line_not_active', 'that is suspended', { status: 'suspended' }],
    ['line_not_active', 'that is terminated', { status: 'terminated' }],
    ['minor', 'of one who is 19 tomorrow', { owner: { birthDate: '071123', genderDigit: '3' } }],
    ['minor', 'of a child', { owner: { birthDate: '200101', genderDigit: '4' } }],
    ['minor', 'of one whose birth date cannot be read', { owner: { birthDate: '900230', genderDigit: '1' } }],
    ['corporate_line', 'of a company', { holder: 'corporate' }],
    ['other_party_name', 'in another’s name', { holder: 'other_party' }],
    ['prepaid_plan', 'with a prepaid plan', { plan: 'prepaid' }],
    ['m2m_plan', 'of a machine', { plan: 'm2m' }],
    ['unsupported_os', 'with Windows', { handset: { ...line.handset, os: 'windows', osVersion: '10' } }],
    ['unsupported_os', 'with a feature phone', { handset: { ...line.handset, os: '', osVersion: '' } }],
    ['unsupported_os', 'with an OS named like a method', { handset: { ...line.handset, os: 'toString' } }],
    ['os_version_too_old', 'with Android 2.2', android('2.2')],
    ['os_version_too_old', 'with Android 2.2.3', android('2.2.3')],
    ['os_version_too_old', 'with Android 1.6', android('1.6')],
    ['os_version_too_old', 'with Android 2', android('2')],
    ['os_version_too_old', 'with Android of no version', android('')],
    ['os_version_too_old', 'with Android of a name', android('Froyo')],
    ['os_version_too_old', 'with iOS 5.1', ios('5.1')],
    ['os_version_too_old', 'with iOS 5.10', ios('5.10')],
    ['tablet_not_supported', 'of an iPad', { handset: { os: 'ios', osVersion: '17', formFactor: 'tablet' } }],
  ])('a line is refused for %s: %s', (code, _case, change) => {
    expect(faults(change)).toEqual([code]);
  });

  it('a line is refused for already_subscribed when it is subscribed', () => {
    expect(faults({}, { alreadySubscribed: true })).toEqual(['already_subscribed']);
    expect(faults({}, { simInDoubt: true })).toEqual(['recent_sim_change']);
  });

  it('a line of an MVNO may subscribe when that is configured', () => {
    expect(faults({ carrier: 'SKT_MVNO' }, { homeCarriers: ['SKT', 'SKT_MVNO'] })).toEqual([]);
  });

  it('a line that breaks every rule is refused with all of them, not with the first', () => {
    const worst: Partial<LineFacts> = {
      carrier: 'KT',
      status: 'suspended',
      holder: 'corporate',
      owner: { birthDate: '200101', genderDigit: '3' },
      plan: 'prepaid',
      handset: { os: 'ios', osVersion: '5.1', formFactor: 'tablet' },
    };
    const other: Partial<LineFacts> = {
      holder: 'other_party',
      plan: 'm2m',
      handset: { os: 'windows', osVersion: '8', formFactor: 'tablet' },
    };
    expect(faults(worst, { alreadySubscribed: true })).toEqual([
      'not_home_carrier',
      'line_not_active',
      'minor',
      'corporate_line',
      'prepaid_plan',
      'os_version_too_old',
      'tablet_not_supported',
      'already_subscribed',
    ]);
    expect(faults({ ...worst, ...other })).toEqual([
      'not_home_carrier',
      'line_not_active',
      'minor',
      'other_party_name',
      'm2m_plan',
      'unsupported_os',
      'tablet_not_supported',
    ]);
  });

  it('each rule that a line breaks is explained in Korean and English', () => {
    for (const { ko, en } of Object.values(INELIGIBILITY_SENTENCES)) {
      expect(ko).toMatch(/[가-힣]/);
      expect(en).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('versions', () => {
  it('versions are compared number by number', () => {
    const version = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        version,
        fc.constantFrom(['android', [2, 3]] as const, ['ios', [6, 0]] as const),
        (parts, [os, least]) => {
          const [major = 0, minor = 0] = parts;
          const isOld = major < least[0] || (major === least[0] && minor < least[1]);
          expect(handsetFaults({ os, osVersion: parts.join('.'), formFactor: 'phone' })).toEqual(
            isOld ? ['os_version_too_old'] : [],
          );
        },
      ),
    );
  });

  it('versions that cannot be read count as too old, and raise no error', () => {
    fc.assert(
      fc.property(fc.string(), (osVersion) => {
        const found = handsetFaults({ os: 'android', osVersion, formFactor: 'phone' });
        if (!/^\s*\d/.test(osVersion)) expect(found).toEqual(['os_version_too_old']);
      }),
    );
  });
});
