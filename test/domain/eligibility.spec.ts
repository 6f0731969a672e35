import { describe, expect, it } from '@jest/globals';
import { handsetFaults, ineligibility, INELIGIBILITY_SENTENCES } from '../../src/domain/eligibility.ts';
import type { LineFacts } from '../../src/domain/line.ts';

const LINE: LineFacts = {
  lineId: 'line-1',
  phoneNumber: '+821012345678',
  carrier: 'SKT',
  status: 'active',
  holder: 'self',
  owner: { birthDate: '900101', genderDigit: '1' },
  plan: 'postpaid',
  handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
};

function faults(other: Partial<LineFacts>, alreadySubscribed = false): string[] {
  return ineligibility({ line: { ...LINE, ...other }, homeCarriers: ['SKT'], alreadySubscribed, today: '2026-11-22' });
}

describe('who may subscribe', () => {
  it('an adult with an own line of the home carrier and a supported phone', () => {
    expect(faults({})).toEqual([]);
  });

  it.each<[string, Partial<LineFacts>]>([
    ['not_home_carrier', { carrier: 'KT' }],
    ['not_home_carrier', { carrier: 'SKT_MVNO' }],
    ['line_not_active', { status: 'suspended' }],
    ['line_not_active', { status: 'terminated' }],
    ['minor', { owner: { birthDate: '071123', genderDigit: '3' } }],
    ['minor', { owner: { birthDate: '999999', genderDigit: '1' } }],
    ['corporate_line', { holder: 'corporate' }],
    ['other_party_name', { holder: 'other_party' }],
    ['prepaid_plan', { plan: 'prepaid' }],
    ['m2m_plan', { plan: 'm2m' }],
    ['unsupported_os', { handset: { os: 'windows', osVersion: '8.1', formFactor: 'phone' } }],
    ['os_version_too_old', { handset: { os: 'android', osVersion: '2.2.3', formFactor: 'phone' } }],
    ['os_version_too_old', { handset: { os: 'ios', osVersion: '5.1.1', formFactor: 'phone' } }],
    ['tablet_not_supported', { handset: { os: 'ios', osVersion: '17.5', formFactor: 'tablet' } }],
  ])('%s refuses %j', (code, other) => {
    expect(faults(other)).toEqual([code]);
  });

  it('is 19 full years old on the Seoul day', () => {
    expect(faults({ owner: { birthDate: '071122', genderDigit: '3' } })).toEqual([]);
  });

  it('is told every rule that fails, not the first', () => {
    const worst = faults(
      {
        carrier: 'KT',
        status: 'suspended',
        owner: { birthDate: '150101', genderDigit: '4' },
        holder: 'corporate',
        plan: 'm2m',
        handset: { os: 'symbian', osVersion: '9', formFactor: 'tablet' },
      },
      true,
    );
    expect(worst).toEqual([
      'not_home_carrier',
      'line_not_active',
      'minor',
      'corporate_line',
      'm2m_plan',
      'unsupported_os',
      'tablet_not_supported',
      'already_subscribed',
    ]);
  });

  it.each([
    ['android', '2.3', []],
    ['android', '2.3.3', []],
    ['android', '2.10', []],
    ['Android', '10', []],
    ['android', '2.2', ['os_version_too_old']],
    ['android', '1.9', ['os_version_too_old']],
    ['ios', '6', []],
    ['ios', '6.0', []],
    ['iOS', '10.3.1', []],
    ['ios', '5.99', ['os_version_too_old']],
    ['ios', 'unknown', ['os_version_too_old']],
    ['ios', '', ['os_version_too_old']],
  ])('versions are compared number by number: %s %s', (os, osVersion, expected) => {
    expect(handsetFaults({ os, osVersion, formFactor: 'phone' })).toEqual(expected);
  });

  it('has a Korean and an English sentence for every rule', () => {
    for (const { ko, en } of Object.values(INELIGIBILITY_SENTENCES)) {
      expect(ko).toMatch(/\p{Script=Hangul}/u);
      expect(en).toMatch(/^[A-Z].*[.]$/u);
    }
  });
});
