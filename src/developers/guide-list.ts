import type { Locale } from '../domain/locale.ts';

/** One guide: its file in `guide/`, and its name for readers. */
export interface Guide {
  name: string;
  title: Readonly<Record<Locale, string>>;
}

/** The groups of guides, in the order in which the navigation shows them. */
export const GUIDE_GROUPS = {
  first: [
    guide('quickstart', '빠른 시작', 'Quickstart'),
    guide('hosted-window', '호스팅 창', 'Hosted window'),
    guide('own-window', '자체 창', 'Your own window'),
    guide('openid-connect', 'OpenID Connect', 'OpenID Connect'),
    guide('results', '결과와 확인서', 'Results and assertions'),
    guide('webhooks', '웹훅', 'Webhooks'),
    guide('test-mode', '테스트 모드', 'Test mode'),
    guide('console', '콘솔', 'Console'),
  ],
  more: [
    guide('relying-party', '이용 기관 API', 'Relying-party API'),
    guide('camara', 'CAMARA', 'CAMARA'),
    guide('sdk', 'SDK', 'SDK'),
    guide('otp-and-signing', 'OTP, 서명, 등록', 'OTP, signing, registrations'),
    guide('ciba', 'CIBA', 'CIBA'),
    guide('app-protocol', '앱 프로토콜', 'App protocol'),
    guide('native-apps', '네이티브 앱', 'Native apps'),
    guide('carrier', '통신사 연동', 'Carrier feed'),
    guide('call-centre', '고객센터 API', 'Operators’ API'),
    guide('changes', '변경 내역', 'Changes'),
  ],
  running: [
    guide('subscriptions', '가입', 'Subscriptions'),
    guide('website', '홈페이지', 'Website'),
    guide('app', '앱', 'The app'),
    guide('operation', '운영', 'Operation'),
    guide('deploying', '배포', 'Deploying'),
    guide('runbook', '런북', 'Runbook'),
    guide('restoring', '백업과 복원', 'Backups and restoring'),
    guide('security', '보안', 'Security'),
    guide('threats', '위협', 'Threats'),
    guide('adopting', '도입', 'Adopting'),
    guide('decisions', '설계 결정', 'Decisions'),
    guide('measurements', '측정', 'Measurements'),
    guide('capacity', '용량', 'Capacity'),
  ],
} as const satisfies Record<string, readonly Guide[]>;

export type GuideGroup = keyof typeof GUIDE_GROUPS;

export const GUIDES: readonly Guide[] = Object.values(GUIDE_GROUPS).flat();

function guide(name: string, ko: string, en: string): Guide {
  return { name, title: { ko, en } };
}
