import type { BrandNames } from '../brand.ts';
import type { CompanyField } from '../company.ts';
import type { Language } from '../language.ts';
import type { SitePlace } from '../site-places.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import type { Sentence } from '../sentence.ts';

export const language: Language = {
  switchLabel: '언어',
  defaultBrand: { service: '휴대폰인증보호', carrier: '시범통신' },
  day: (year, month, date) => `${year}. ${month}. ${date}.`,
  month: (year, month) => `${year}년 ${month}월`,
  time: (day, hours, minutes) =>
    `${day} ${hours < 12 ? '오전' : '오후'} ${hours % 12 || 12}:${String(minutes).padStart(2, '0')}`,
  won: (digits) => `${digits}원`,
  seconds: (digits) => `${digits}초`,
};

export const ko = ({ service, callCentre }: BrandNames) => ({
  name: service,
  skip: '본문으로 바로 가기',
  navigation: '주요 메뉴',
  places: {
    '/': '서비스 안내',
    '/join': '가입',
    '/my': '내 서비스',
    '/new-phone': '새 휴대폰',
    '/reissue': '재발급',
    '/lost-phone': '휴대폰 분실',
    '/cancel': '해지',
  } satisfies Record<SitePlace, string>,
  callCentre: `고객센터: ${callCentre} (24시간 분실 신고)`,
  imprint: '고객센터는 인증번호나 비밀번호를 절대 묻지 않습니다.',
  terms: '이용약관',
  privacy: '개인정보 처리방침',
  logIn: '로그인·내 서비스',
  company: {
    name: '상호',
    representative: '대표자',
    registrationNumber: '사업자등록번호',
    mailOrderNumber: '통신판매업 신고번호',
    telecomNumber: '통신사업자 등록번호',
    address: '주소',
    telephone: '전화',
    email: '전자우편',
    privacyOfficer: '개인정보 보호책임자',
    hosting: '호스팅 제공자',
  } satisfies Record<CompanyField, string>,
  home: '처음으로',
  problems: {
    form_outdated: {
      title: '페이지가 만료되었습니다',
      text: '페이지를 다시 열고 입력해 주세요. 입력한 내용은 처리되지 않았습니다.',
    },
    session_ended: {
      title: '로그인 시간이 만료되었습니다',
      text: '안전을 위해 로그아웃되었습니다. 다시 로그인해 주세요.',
    },
    too_many_requests: {
      title: '잠시 후 다시 시도해 주세요',
      text: `짧은 시간에 요청이 너무 많았습니다. 급한 경우 고객센터(${callCentre})에 문의해 주세요.`,
    },
    service_unavailable: {
      title: '지금은 처리할 수 없습니다',
      text: '잠시 후 다시 시도해 주세요. 입력한 내용은 처리되지 않았습니다.',
    },
    not_found: { title: '페이지를 찾을 수 없습니다', text: '주소가 변경되었거나 삭제된 페이지입니다.' },
    subscription_not_active: {
      title: '지금은 새 휴대폰을 등록할 수 없습니다',
      text: `서비스가 일시 정지 중입니다. 고객센터(${callCentre})에 문의해 주세요.`,
    },
    invalid_request: { title: '처리할 수 없는 요청입니다', text: '페이지를 처음부터 다시 열고 입력해 주세요.' },
    nothing_to_change: {
      title: '이미 처리되었습니다',
      text: '서비스 상태가 이미 변경되었습니다. 내 서비스에서 확인해 주세요.',
    },
    registration_not_found: {
      title: '등록 정보를 찾을 수 없습니다',
      text: '내 서비스에서 등록한 기관을 확인해 주세요.',
    },
    reissue_not_found: {
      title: '재발급 신청을 찾을 수 없습니다',
      text: '접수번호를 다시 확인해 주세요. 보관 기간이 지난 신청은 조회할 수 없습니다.',
    },
    registration_closed: {
      title: '이미 해지된 등록입니다',
      text: '내 서비스에서 현재 등록 상태를 확인해 주세요.',
    },
  } satisfies Partial<Record<ProblemCode, Sentence>> as Partial<Record<ProblemCode, Sentence>>,
  failed: {
    title: '처리하지 못했습니다',
    text: '시스템 오류가 발생했습니다. 잠시 후 다시 시도해 주세요.',
  },
});
