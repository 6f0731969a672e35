import type { BrandNames } from '../../pages/brand.ts';
import type { ERROR_GROUPS } from '../errors/error-catalogue.ts';
import type { Again } from '../errors/error-entry.ts';
import type { GuideGroup } from '../guide-list.ts';

export const ko = ({ service }: BrandNames) => ({
  developers: '개발자',
  title: `${service} 개발자 문서`,
  lead: `본인확인 창에 ${service}를 연결하는 방법입니다. 클라이언트만 있으면 한 시간 안에 첫 본인확인을 마칠 수 있습니다.`,
  skip: '본문으로 바로 가기',
  navigation: '문서',
  contents: '이 문서의 내용',
  groups: {
    first: '처음 한 시간',
    more: '더 알아보기',
    running: '서비스를 운영하는 사람에게',
  } satisfies Record<GuideGroup, string>,
  reference: '레퍼런스',
  api: { title: 'API 레퍼런스', text: '모든 요청의 입력, 응답, 오류 코드와 예시입니다.' },
  errors: {
    title: '오류 레퍼런스',
    text: '오류 문서의 help가 가리키는 곳입니다. 언제 발생하는지, 화면에 무엇을 보여 줄지, 다시 시도해도 되는지 설명합니다.',
    when: '발생하는 경우',
    show: '화면에 보여 줄 문구',
    again: '다시 시도',
    none: '화면에 보여 줄 문구가 없습니다. 프로그램이 처리합니다.',
    answers: '이 오류로 응답하는 요청',
  },
  errorGroups: {
    request: '모든 요청',
    relyingParty: '이용 기관',
    app: '앱',
    operator: '고객센터와 통신사',
  } satisfies Record<keyof typeof ERROR_GROUPS, string>,
  again: {
    never: '같은 요청은 다시 거절됩니다.',
    corrected: '요청을 고친 뒤 다시 보내세요.',
    typed: '사람이 다시 입력한 뒤 보내세요.',
    later: 'Retry-After 이후 같은 요청을 다시 보내도 됩니다.',
    anew: '처음 단계부터 다시 시작하세요.',
  } satisfies Record<Again, string>,
  operations: {
    caller: '호출자',
    callers: {
      bearer: (scopes: string) => `액세스 토큰, scope ${scopes}`,
      clientSecretBasic: '클라이언트 ID와 시크릿',
      deviceProof: '등록된 기기의 Device-Proof',
      desk: '담당자 화면의 로그인',
      webhookSignature: '문자 중계사의 서명 (Standard Webhooks)',
      none: '인증 없음',
    },
    parameters: '매개변수',
    request: '요청',
    response: '응답',
    required: '필수',
    codes: '오류 코드',
    english: '이 레퍼런스의 설명은 영어입니다.',
  },
  openapi: 'OpenAPI 3.1 문서',
  inEnglish: '이 문서의 본문은 영어입니다.',
  demonstration: '시연이 실행 중입니다. 아래 코드에는 시연용 클라이언트와 사람이 들어 있어 그대로 실행됩니다.',
  downloads: '이 서비스에서 내려받기:',
  table: '표',
  copy: '복사',
  copied: '복사했습니다',
  search: {
    label: '문서 검색',
    button: '검색',
    title: (text: string) => `“${text}” 검색 결과`,
    empty: '검색할 말을 입력하세요.',
    nothing: '찾은 내용이 없습니다. 다른 말로 검색해 보세요.',
    found: (count: number) => `${count}건`,
  },
});
