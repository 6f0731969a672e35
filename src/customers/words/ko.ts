import { withParticle } from '../../domain/korean.ts';
import type { BrandNames } from '../../pages/brand.ts';
import type { ApplicationStanding, CheckedProof } from '../../domain/reissue-application.ts';
import type { ReissueCause, ReissueDelivery } from '../../domain/reissue.ts';
import type { ConsentChannel } from '../../consents/consent.entity.ts';
import type { Intent } from '../intent.ts';
import type { ReissueField } from '../reissue-field.ts';
import type { Sentence } from '../../pages/sentence.ts';
import type { PersonWords } from '../../pages/person-fields.ts';
import type { AuthenticationState, Channel } from '../../domain/authentication.ts';
import type { EnrolmentState } from '../../subscriptions/subscription.ts';
import type { SubscriptionState, SuspensionReason } from '../../domain/subscription.ts';

export const ko = ({ service, carrier, callCentre }: BrandNames) => ({
  /** The purpose of each verification on the website, as the app shows it. */
  purposes: {
    join: `${service} 가입`,
    login: '홈페이지 로그인',
    cancel: `${service} 해지`,
    new_phone: '새 휴대폰 등록',
    reissue: '앱 재발급 신청',
  } satisfies Record<Intent, string>,
  home: {
    title: '인증번호를 문자 대신 내 휴대폰 앱으로만 받으세요',
    text: `문자로 받는 인증번호는 악성 앱, 가짜 기지국, 유심 복제로 유출될 수 있습니다. ${withParticle(service, '은')} 비밀번호를 입력한 내 휴대폰에만 암호화한 인증번호를 보냅니다.`,
    join: '가입하기',
    how: {
      title: '이렇게 달라집니다',
      text: '본인확인 창에는 지금처럼 입력하면 됩니다. 인증번호를 받는 방법만 더 안전해집니다.',
      steps: [
        '본인확인 창에 생년월일, 성별, 휴대폰번호를 입력합니다.',
        '휴대폰에 앱을 열라는 알림이 옵니다.',
        '앱에서 요청한 곳과 용도를 확인하고 비밀번호 6자리를 입력합니다.',
        '비밀번호가 확인되면 인증번호가 만들어져 앱에 표시됩니다. 본인확인 창에 입력하면 완료됩니다.',
      ] satisfies readonly [string, string, string, string],
      compare: [
        { title: '가입 전', text: '인증번호가 문자로 오고, 문자를 볼 수 있는 사람이면 누구나 사용할 수 있습니다.' },
        { title: '가입 후', text: '비밀번호를 아는 본인만, 본인 휴대폰에서만 인증번호를 볼 수 있습니다.' },
      ] satisfies readonly [Sentence, Sentence],
    },
    who: {
      title: '가입 조건',
      text: '아래 조건을 모두 충족해야 합니다.',
      rules: [
        `${carrier} 회선을 본인 명의로 이용하는 만 19세 이상`,
        'Android 2.3 이상 또는 iOS 6.0 이상 스마트폰 (iPad, 윈도우 폰 제외)',
        '후불 요금제 (선불, 사물통신 요금제 제외)',
        '법인·가족 등 다른 사람 명의가 아닌 회선',
      ],
      freshSim: (hours: number) => `유심을 바꾼 지 ${hours}시간이 지난 회선`,
      check: '가입 가능 여부 확인하기',
    },
    feeTitle: '이용 요금',
    fee: (fee: string) => `월 ${fee}`,
    feeText: '이용한 날만 일할 계산하며, 일시 정지된 날은 요금을 청구하지 않습니다.',
    questions: '자주 묻는 질문',
    answers: [
      {
        title: '휴대폰이나 번호를 바꾸면 어떻게 되나요?',
        text: '번호만 바꾸거나 지원하는 휴대폰으로 바꾸면 계속 이용할 수 있으며, 새 휴대폰에는 앱을 다시 등록해야 합니다. 번호이동이나 명의변경을 하거나 지원하지 않는 휴대폰으로 바꾸면 자동으로 해지됩니다.',
      },
      {
        title: '휴대폰을 일시 정지하면 어떻게 되나요?',
        text: '서비스도 함께 일시 정지되며, 정지 기간의 요금은 청구되지 않습니다.',
      },
      {
        title: '인증번호를 자동으로 입력하는 사이트에서는 어떻게 하나요?',
        text: '서비스를 해지하지 않아도 됩니다. 앱 설정에서 그 사이트에만 10분 동안 문자 인증을 허용할 수 있습니다. 문자 인증을 받지 않는 사이트에서는 앱에 표시된 인증번호를 직접 입력해 주세요.',
      },
      {
        title: '인증 이력은 어디에서 보나요?',
        text: '앱 설정과 홈페이지의 내 서비스에서 최근 20건을 확인할 수 있습니다.',
      },
      {
        title: '휴대폰을 잃어버리면 어떻게 하나요?',
        text: '휴대폰 분실 메뉴에서 바로 신고해 주세요. 로그인하지 않아도 신고 즉시 서비스가 일시 정지됩니다.',
      },
    ],
  },
  check: {
    title: '가입 가능 여부 확인',
    text: '입력한 내용은 저장하지 않습니다. 가입할 때 실제 회선 정보로 다시 확인합니다.',
    carrier: '통신사',
    carriers: { home: `${carrier} (알뜰폰 제외)`, other: '다른 통신사 또는 알뜰폰' } satisfies Record<
      'home' | 'other',
      string
    >,
    holder: '명의',
    holders: { self: '본인', corporate: '법인', other_party: '가족 등 다른 사람' } satisfies Record<
      'self' | 'corporate' | 'other_party',
      string
    >,
    plan: '요금제',
    plans: { postpaid: '후불', prepaid: '선불', m2m: '사물통신(M2M)' } satisfies Record<
      'postpaid' | 'prepaid' | 'm2m',
      string
    >,
    phone: '휴대폰',
    phones: {
      android: 'Android 스마트폰',
      ios: 'iPhone',
      tablet: 'iPad, 태블릿',
      other: '윈도우 폰, 기타',
    } satisfies Record<'android' | 'ios' | 'tablet' | 'other', string>,
    osVersion: '운영체제 버전',
    osVersionHint: '예: 14 또는 17.5',
    birthYear: '생년월일 8자리',
    birthYearHint: '예: 19900101',
    submit: '확인',
    fault: '입력하지 않았거나 형식이 맞지 않는 항목이 있습니다. 표시된 항목을 확인해 주세요.',
    faults: {
      choice: '하나를 선택해 주세요.',
      osVersion: '숫자와 점으로 입력해 주세요. 예: 17.5',
      birthDay: '생년월일 8자리를 정확히 입력해 주세요. 예: 19900101',
    } satisfies Record<'choice' | 'osVersion' | 'birthDay', string>,
    yes: {
      title: '가입할 수 있습니다',
      text: '가입할 때 회선 정보를 다시 확인합니다. 최근에 유심을 바꿨거나 분실 신고를 한 회선은 시간이 지난 뒤 가입할 수 있습니다.',
    },
    no: { title: '지금은 가입할 수 없습니다', text: '이유는 다음과 같습니다.' },
  },
  person: {
    resident: '생년월일과 성별',
    birthDate: '생년월일 6자리',
    genderDigit: '주민등록번호 뒷자리의 첫 숫자',
    residentHint: '주민등록번호 앞 6자리와 뒷자리 첫 숫자만 입력합니다.',
    phoneNumber: '휴대폰번호',
    phoneNumberHint: '하이픈(-) 없이 입력해도 됩니다.',
    faults: {
      birthDate: '생년월일 6자리를 정확히 입력해 주세요. 예: 900101',
      genderDigit: '숫자 한 자리를 입력해 주세요.',
      phoneNumber: '휴대폰번호를 정확히 입력해 주세요. 예: 010-1234-5678',
    },
  } satisfies Required<PersonWords>,
  join: {
    title: `${service} 가입`,
    text: '본인확인을 완료하면 바로 가입되고, 앱을 등록하면 보호가 시작됩니다.',
    fee: (fee: string) => `이용 요금은 월 ${fee}이며, 이용한 날만 일할 계산합니다.`,
    terms: '약관 동의',
    agree: ['서비스 이용약관에 동의합니다. (필수)', '개인정보 수집·이용에 동의합니다. (필수)'] satisfies readonly [
      string,
      string,
    ],
    agreements: [
      '이 회선의 본인확인 인증번호를 문자 대신 등록한 앱으로 받습니다. 서비스는 언제든지 홈페이지나 고객센터에서 해지할 수 있으며, 번호이동이나 명의변경을 하면 자동으로 해지됩니다.',
      '본인확인을 위해 생년월일, 성별, 휴대폰번호와 등록한 휴대폰의 정보를 암호화하여 보관하며, 인증 이력은 보관 기간이 지나면 삭제합니다.',
    ] satisfies readonly [string, string],
    whole: ['이용약관 전문 보기 (새 창)', '개인정보 처리방침 전문 보기 (새 창)'] satisfies readonly [string, string],
    optional: (title: string) => `${title}에 동의합니다. (선택)`,
    wholeOf: (title: string) => `${title} 전문 보기 (새 창)`,
    mustAgree: '두 약관에 모두 동의해야 가입할 수 있습니다.',
    submit: '본인확인하고 가입하기',
    refused: {
      title: '이 회선은 가입할 수 없습니다',
      text: '이유는 다음과 같습니다. 가입이 완료되지 않았으며 요금은 청구되지 않습니다.',
      held: {
        until: (time: string) => `${time}부터 가입할 수 있습니다.`,
        desk: `더 일찍 가입하려면 본인이 직접 고객센터(${callCentre})를 찾아 상담원 두 명에게 신분증으로 확인받아야 합니다.`,
      },
    },
    already: '이미 가입된 회선입니다. 내 서비스로 이동했습니다.',
  },
  login: {
    title: '내 서비스 보기',
    text: '앱에서 비밀번호를 입력하면 로그인할 수 있습니다. 아직 앱을 등록하지 않았다면 인증번호를 문자로 보내 드립니다.',
    submit: '로그인',
  },
  code: {
    push: { title: '휴대폰의 앱을 열어 주세요', text: '앱에서 비밀번호를 입력하면 인증번호가 표시됩니다.' },
    opened: { title: '앱에서 확인되었습니다', text: '앱에 표시된 인증번호를 입력해 주세요.' },
    sms: { title: '문자로 인증번호를 보냈습니다', text: '문자메시지로 받은 인증번호 6자리를 입력해 주세요.' },
    nothing: `인증번호가 오지 않으면 입력한 정보가 회선 명의자와 다르거나 서비스가 일시 정지된 상태일 수 있습니다. 고객센터(${callCentre})에 문의해 주세요.`,
    code: '인증번호 6자리',
    codeHint: '인증번호를 다른 사람에게 알려 주지 마세요.',
    timeLeft: '남은 시간',
    submit: '확인',
    resendPush: '알림 다시 보내기',
    resendSms: '문자 다시 보내기',
    resent: '다시 보냈습니다.',
    tooSoon: '30초 간격으로 최대 3번까지 다시 보낼 수 있습니다.',
    stop: '취소',
    incomplete: '인증번호 6자리를 입력해 주세요.',
    mismatch: (left: number) => `인증번호가 일치하지 않습니다. ${left}번 더 입력할 수 있습니다.`,
    ended: {
      declined: { title: '휴대폰에서 거절했습니다', text: '앱에서 요청을 거절했습니다. 변경된 내용은 없습니다.' },
      expired: { title: '입력 시간이 지났습니다', text: '3분 안에 인증번호를 입력하지 않아 종료되었습니다.' },
      failed: {
        title: '인증번호를 5번 잘못 입력했습니다',
        text: '안전을 위해 본인확인을 종료했습니다. 변경된 내용은 없습니다.',
      },
      cancelled: {
        title: '본인확인이 취소되었습니다',
        text: '다른 창에서 본인확인을 새로 시작했거나 서비스 상태가 변경되었습니다.',
      },
    } satisfies Record<Exclude<AuthenticationState, 'pending' | 'opened' | 'verified'>, Sentence>,
    again: '다시 시작하기',
  },
  enrol: {
    title: '휴대폰에 앱을 등록해 주세요',
    text: `${service} 앱에서 아래 QR 코드를 스캔하거나 등록 코드를 입력해 주세요.`,
    steps: [
      '앱을 설치하고 실행합니다.',
      'QR 코드를 스캔하거나 등록 코드를 입력합니다.',
      '비밀번호를 정하고 테스트 인증번호를 확인합니다.',
    ] satisfies readonly [string, string, string],
    stepsOnPhone: [
      '‘앱에서 열기’를 누릅니다.',
      '앱에서 비밀번호를 정합니다.',
      '테스트 인증번호를 확인합니다.',
    ] satisfies readonly [string, string, string],
    open: '앱에서 열기',
    storeFirst: '앱이 아직 없으면 먼저 설치한 다음, 이 화면으로 돌아와 ‘앱에서 열기’를 누르세요.',
    store: '스토어에서 앱 설치하기',
    byText: {
      text: (number: string) => `QR 코드를 찍기 어려우면 내 번호 ${number}에 앱을 여는 링크를 문자로 보내 드립니다.`,
      button: '이 번호로 링크 보내기',
      sent: '문자를 보냈습니다. 휴대폰에서 링크를 눌러 주세요.',
      unsent: {
        too_many_texts:
          '문자를 보내지 않았습니다. 한 번호에 하루 3번까지만 보낼 수 있습니다. QR 코드를 찍거나 등록 코드를 입력해 주세요.',
        too_many_requests:
          '요청이 너무 많아 문자를 보내지 않았습니다. 잠시 후 다시 시도하거나, QR 코드를 찍거나 등록 코드를 입력해 주세요.',
        nothing_to_change: '지금은 문자로 보낼 수 없습니다. QR 코드를 찍거나 등록 코드를 입력해 주세요.',
      } satisfies Record<'too_many_texts' | 'too_many_requests' | 'nothing_to_change', string>,
    },
    copy: '등록 코드 복사',
    copied: '복사했습니다.',
    otherPhone: '다른 휴대폰에 등록하려면 QR 코드 보기',
    code: '등록 코드',
    qr: '등록 코드 QR',
    until: '남은 시간',
    states: {
      waiting: { title: '앱 등록 대기 중입니다', text: '등록이 완료되면 화면이 자동으로 바뀝니다.' },
      testing: { title: '앱이 등록되었습니다', text: '앱에서 테스트 인증번호를 확인하면 보호가 시작됩니다.' },
      active: { title: '보호가 시작되었습니다', text: '이제 인증번호를 이 휴대폰의 앱으로만 받습니다.' },
      revoked: {
        title: '앱을 등록하지 못했습니다',
        text: '테스트 인증번호가 일치하지 않았습니다. 새 등록 코드로 다시 등록해 주세요.',
      },
      expired: { title: '등록 코드의 유효 시간 10분이 지났습니다', text: '새 등록 코드를 받아 다시 등록해 주세요.' },
    } satisfies Record<EnrolmentState, Sentence>,
    confirmed: '확인이 완료되면 화면이 자동으로 바뀝니다.',
    newCode: '새 등록 코드 받기',
    reload: '등록 상태 새로고침',
    go: '내 서비스로 이동',
  },
  my: {
    title: '내 서비스',
    text: '',
    none: {
      title: '가입되어 있지 않습니다',
      text: '이 회선은 인증번호를 문자로 받습니다. 앱으로 받으려면 가입해 주세요.',
    },
    join: '가입하기',
    logout: '로그아웃',
    states: {
      awaiting_device: {
        title: '앱 등록이 필요합니다',
        text: '가입했지만 아직 앱을 등록하지 않아 인증번호를 문자로 받습니다.',
      },
      active: { title: '보호받고 있습니다', text: '인증번호를 등록한 앱으로만 받습니다.' },
      suspended: { title: '일시 정지되었습니다', text: '일시 정지 중에는 본인확인을 할 수 없습니다.' },
      cancelled: { title: '해지되었습니다', text: '인증번호를 문자로 받습니다.' },
    } satisfies Record<SubscriptionState, Sentence>,
    suspensions: {
      line_suspended: '회선이 일시 정지되었습니다. 회선 정지가 해제되면 서비스도 함께 해제됩니다.',
      loss_reported: `분실 신고가 접수되었습니다. 본인이 신고하지 않았다면 앱의 알림에서 취소해 주세요. 직접 신고한 뒤 휴대폰을 찾았다면 고객센터(${callCentre})에서 해제할 수 있습니다.`,
      sim_swapped: `유심이 변경되었습니다. 본인이 바꿨다면 등록한 휴대폰의 앱에서 알림을 확인하고 비밀번호를 입력하면 바로 해제됩니다. 앱을 쓸 수 없으면 고객센터(${callCentre})에 문의해 주세요.`,
    } satisfies Record<SuspensionReason, string>,
    lossForDesk: `분실 신고가 접수되었습니다. 이 신고는 앱에서 취소할 수 없습니다. 휴대폰을 찾았거나 본인이 신고하지 않았다면 고객센터(${callCentre})에 전화해 주세요. 상담원 두 명이 본인임을 확인하고 해제합니다.`,
    simAndLoss: `유심 변경과 분실 신고가 함께 있어 휴대폰의 앱만으로는 풀 수 없습니다. 고객센터(${callCentre})에 전화해 주세요. 상담원 두 명이 본인임을 확인하고 등록 코드를 드리면, 앱을 다시 등록한 뒤에 분실 신고를 풉니다.`,
    newPhone: {
      waiting: {
        title: '새 휴대폰 등록을 기다리고 있습니다',
        forCarrier:
          '통신사가 새 휴대폰을 알려 오기를 기다리고 있습니다. 알려 오면 등록 코드를 보낼 시각을 여기에 표시합니다.',
        until: (time: string) => `${time} 이후에 새 휴대폰으로 등록 코드를 문자로 보냅니다.`,
        points: [
          '기존 휴대폰의 앱에서 ‘네, 제가 바꿉니다’를 누르고 비밀번호를 입력하면 기다리지 않고 등록 코드를 받습니다.',
          '본인이 신청하지 않았다면 기존 휴대폰의 앱에서 ‘아니요, 제가 아닙니다’를 눌러 주세요.',
          `급하면 고객센터(${callCentre})에서 상담원 두 명이 본인임을 확인한 뒤 등록 코드를 드립니다.`,
        ],
        since: '신청 일시',
      },
      objected: {
        title: '새 휴대폰 등록을 거절했습니다',
        text: (time: string) =>
          `기존 휴대폰에서 본인이 아니라고 답했습니다. ${time}까지는 앱으로 로그인하여 신청하거나 고객센터(${callCentre})에 신청할 수 있습니다.`,
      },
    },
    service: '서비스 상태',
    phoneNumber: '휴대폰번호',
    since: '보호 시작일',
    fee: '이번 달 요금',
    feeSoFar: (amount: string, days: number) => `${amount} (오늘까지 ${days}일)`,
    device: '등록한 휴대폰',
    noDevice: '등록한 휴대폰이 없습니다. 새 휴대폰을 등록해 주세요.',
    deviceNames: {
      name: '이름',
      serialNumber: '일련번호',
      enrolledAt: '등록 일시',
      system: '운영체제',
    } satisfies Record<'name' | 'serialNumber' | 'enrolledAt' | 'system', string>,
    pinExhausted: '비밀번호를 모두 15번 잘못 입력해 더 이상 쓸 수 없습니다. 휴대폰을 새로 등록해 주세요.',
    pinLocked: `비밀번호를 5번 잘못 입력해 잠겼습니다. 고객센터(${callCentre})에서 해제할 수 있습니다.`,
    otp: { inUse: '사용 중', locked: '잠김', none: '등록 안 함' } satisfies Record<'inUse' | 'locked' | 'none', string>,
    otpLocked: 'OTP를 5번 연속 잘못 입력해 잠겼습니다. 휴대폰 인증(앱 알림)에 성공하면 다시 사용할 수 있습니다.',
    registrations: {
      title: '등록한 기관',
      text: '내 휴대폰에 인증을 요청할 수 있는 기관입니다. 등록을 해지하면 그 기관은 더 이상 요청할 수 없습니다.',
      none: '등록한 기관이 없습니다.',
      serialNumber: '휴대폰',
      confirmedAt: '등록 일시',
      revoke: '등록 해지',
      revoked: '기관 등록을 해지했습니다.',
    } satisfies Sentence & Record<'none' | 'serialNumber' | 'confirmedAt' | 'revoke' | 'revoked', string>,
    testing: '앱에서 테스트 인증번호를 확인하면 등록이 완료됩니다.',
    enrol: '앱 등록하기',
    history: '인증 이력',
    noHistory: '아직 인증 이력이 없습니다.',
    historyNote: `최근 20건입니다. 본인이 요청하지 않은 인증이 있으면 고객센터(${callCentre})에 알려 주세요.`,
    columns: { when: '요청 시각', who: '요청한 곳', purpose: '용도', method: '방법', result: '결과' } satisfies Record<
      'when' | 'who' | 'purpose' | 'method' | 'result',
      string
    >,
    channels: { push: '앱', sms: '문자', otp: 'OTP', sign: '거래 서명', approve: '앱 승인' } satisfies Record<
      Channel,
      string
    >,
    results: {
      pending: '대기',
      opened: '인증번호 표시',
      verified: '완료',
      declined: '거절',
      expired: '시간 초과',
      failed: '실패',
      cancelled: '취소',
    } satisfies Record<AuthenticationState, string>,
    actions: '변경 및 해지',
  },
  cancel: {
    title: `${service} 해지`,
    text: '해지하기 전에 아래 내용을 확인해 주세요.',
    points: [
      '해지하는 즉시 보호가 종료되고, 인증번호를 다시 문자로 받습니다.',
      '등록한 앱은 더 이상 사용할 수 없습니다. 인증 이력은 보관 기간이 지나면 삭제됩니다.',
      '요금은 해지한 날까지 일할 계산합니다.',
      '언제든지 다시 가입할 수 있습니다.',
    ],
    submit: '본인확인하고 해지하기',
    keep: '계속 이용하기',
    noApp: `앱을 열 수 없다면 고객센터(${callCentre})에서 해지할 수 있습니다.`,
    done: { title: '해지되었습니다', text: '지금부터 인증번호를 문자로 받습니다.' },
    cancelledAt: '해지 일시',
    lastFee: '이번 달 요금',
    days: (days: number) => `${days}일 이용`,
    feeNote: '다음 달 통신 요금과 함께 청구됩니다.',
    again: '다시 가입하기',
  },
  newPhone: {
    title: '새 휴대폰에 앱 등록하기',
    text: '기존 휴대폰의 앱을 사용할 수 있으면 앱에서 확인하고, 사용할 수 없으면 새 휴대폰에서 문자로 등록 코드를 받습니다.',
    old: {
      title: '기존 앱을 사용할 수 있을 때',
      text: '기존 앱에서 비밀번호를 입력하면 새 등록 코드를 바로 받을 수 있습니다.',
      submit: '기존 앱으로 확인하기',
    },
    bySms: {
      title: '이미 휴대폰을 바꿨을 때',
      text: (wait: string) =>
        `신청한 때와 통신사가 새 휴대폰을 알려 온 때 가운데 늦은 때부터 ${wait} 등록 코드를 문자로 보냅니다.`,
      points: [
        '신청하면 기존 휴대폰의 앱에 바로 알립니다. 앱에서 ‘네, 제가 바꿉니다’를 누르고 비밀번호를 입력하면 기다리지 않고 그 화면에서 등록 코드를 받습니다.',
        '앱에서 아니라고 답하면 신청이 취소되고, 하루 동안 고객센터에서만 신청할 수 있습니다.',
        '기다리는 동안 유심이나 휴대폰이 또 바뀌거나 분실 신고가 들어오면 처음부터 다시 기다립니다.',
      ],
      submit: '문자로 등록 코드 받기',
    },
    gone: `휴대폰을 잃어버렸거나 유심이 변경되었다면 고객센터(${callCentre})에서 상담원 두 명이 본인임을 확인한 뒤 등록 코드를 드립니다.`,
    /** The time to wait, in the sentences above and below. */
    wait: (minutes: number) => {
      if (minutes === 0) return '바로';
      return minutes % 60 === 0 ? `${minutes / 60}시간 뒤에` : `${minutes}분 뒤에`;
    },
    pin: '비밀번호를 잊으셨나요?',
  },
  lostPhone: {
    title: '휴대폰 분실 신고',
    text: '로그인하지 않아도 서비스를 바로 일시 정지할 수 있습니다.',
    points: [
      '신고하는 즉시 일시 정지되어 이 회선으로는 본인확인을 할 수 없습니다.',
      '신고한 사실을 등록된 휴대폰의 앱에 알립니다. 로그인하지 않고 한 신고가 잘못되었다면 앱에서 비밀번호를 입력해 바로 취소할 수 있습니다. 앱으로 로그인해서 한 신고는 고객센터에서만 해제합니다.',
      '고객센터에서 확인 전화를 드립니다. 서비스를 다시 이용하려면 상담원 두 명이 본인임을 확인해야 합니다.',
      `전화와 문자도 차단하려면 고객센터(${callCentre})에 회선 분실 정지를 따로 신청해 주세요.`,
    ],
    submit: '분실 신고하고 일시 정지하기',
  },
  forgottenPin: {
    title: '비밀번호 재설정',
    text: '비밀번호는 휴대폰에만 있어 고객센터에서도 알 수 없습니다. 앱을 다시 등록하면 새 비밀번호를 정할 수 있습니다.',
    points: [
      '신청하면 고객센터에서 이 번호로 전화해 본인임을 확인합니다.',
      '상담원 두 명이 확인한 뒤 새 등록 코드를 드립니다.',
      '그때까지 등록한 휴대폰과 비밀번호는 그대로 유지됩니다.',
    ],
    submit: '확인 전화 신청하기',
  },
  data: {
    title: '내 정보',
    text: '이 회선으로 보관 중인 정보입니다. 전체 내용을 파일로 내려받을 수 있습니다.',
    download: '파일로 내려받기 (JSON)',
    back: '내 서비스로 돌아가기',
    none: '없습니다.',
    withheld:
      '해지한 서비스의 기록은 문자 인증만으로 보여 드리지 않습니다. 유심을 가진 다른 사람이 볼 수 있기 때문입니다. 필요하면 신분증을 가지고 고객센터나 매장에서 확인해 주세요.',
    elsewhere: {
      devices: '등록했던 기기',
      authenticators: 'OTP와 서명',
      registrations: '기관 등록',
      smsPermissions: '문자 허용',
      alerts: '앱의 확인 알림',
      notices: '서비스 안내',
      texts: '발송된 문자',
      pushes: '푸시 발송 결과',
      corrections: '정보 정정 요청',
      disclosures: '본인확인 요청 없이 이용 기관에 답한 기록',
      reads: '이 정보를 조회한 기록',
    },
    chosen: '선택 동의를 변경했습니다.',
    count: (number: number) => `${number}건`,
    line: '회선과 명의자',
    person: '생년월일과 성별',
    contract: '통신사·요금제·명의',
    subscriptions: '가입',
    subscribedAt: '가입 일시',
    others: '그 밖의 기록',
    reissues: '재발급',
    reports: '신고와 요청',
    cookies: '쿠키',
    cookiesText: '로그인 상태와 언어만 기억합니다. 로그인 기록은 한 시간 안에 삭제됩니다.',
    audit: '상담원의 조회와 처리 기록',
    auditText: '위조를 막기 위해 삭제하지 않으며, 이름과 번호를 담지 않습니다. 내용은 고객센터에서 확인해 드립니다.',
    keptFor: (days: number) => `${days}일 동안 보관`,
    keptAfterEnd: (days: number) => `해지한 날부터 ${days}일 동안 보관`,
    keptWith: (days: number) => `통신사가 알려 준 정보입니다. 회선이 해지된 날부터 ${days}일이 지나면 삭제합니다.`,
    privacy: '개인정보 처리방침에서 보관 근거 보기',
    consents: {
      title: '동의 내역',
      document: '문서',
      version: '시행일',
      at: '동의 일시',
      channel: '방법',
      withdrawn: '철회 일시',
      channels: { website: '홈페이지', call_centre: '고객센터', app: '앱' } satisfies Record<ConsentChannel, string>,
      required: '필수 동의를 철회하면 서비스를 이용할 수 없으므로 해지해야 합니다.',
      cancel: '해지하기',
      given: '동의함',
      notGiven: '동의하지 않음',
      give: (title: string) => `${title} 동의하기`,
      withdraw: (title: string) => `${title} 동의 철회하기`,
      follows: '철회하면 바로 적용되며 서비스는 그대로 이용할 수 있습니다. 철회한 사실은 증빙을 위해 보관합니다.',
    },
    erase: {
      title: '정보 삭제',
      text: '서비스를 해지하고 72시간이 지나면 법령에 따라 보관해야 하는 기록을 제외한 정보를 바로 삭제할 수 있습니다.',
      points: [
        '삭제하는 정보: 휴대폰 이름과 푸시 주소, 접속과 푸시 기록, OTP, 알림과 안내, 신고와 재발급 신청, 해지한 기관 등록, 문자 허용 내역, 선택 동의, 지난 인증 요청에 표시된 용도',
        '보관하는 정보: 계약과 필수 동의, 요금 기록(전자상거래법), 인증 이력의 일시·요청한 곳·결과(통신비밀보호법), 인증에 성공했을 때 확인한 휴대폰번호·생년월일·주민등록번호 뒷자리의 첫 숫자',
        '보관하는 정보도 보관 기간이 끝나면 자동으로 삭제됩니다.',
      ] as readonly string[],
      submit: '보관 의무가 없는 정보 삭제하기',
      done: '보관 의무가 없는 정보를 삭제했습니다.',
      from: (time: string) =>
        `${time}부터 삭제할 수 있습니다. 본인이 해지하지 않았을 때 이의를 제기할 시간을 두기 위해서입니다.`,
      held: '유심이 최근에 변경되어 지금은 삭제할 수 없습니다. 본인이 아닌 사람이 기록을 지우지 못하게 하기 위해서입니다.',
      stands: '서비스를 이용하는 동안은 서비스에 필요한 정보이므로 삭제할 수 없습니다.',
    },
    statements: {
      title: '월별 요금 명세',
      none: '아직 청구된 요금이 없습니다.',
      open: '(확정 전)',
      provisional: '아직 확정되지 않은 금액입니다. 달이 끝난 뒤 확정됩니다.',
      of: (month: string) => `${month} 요금 명세서`,
      month: '이용 월',
      amount: '금액',
      lines: '계산 내역',
      days: '이용 일수',
      fee: '월 이용료',
      used: (days: number, all: number) => `${days}일 / ${all}일`,
      more: (days: number) => `${days > 0 ? '+' : ''}${days}일`,
      correction: '(정정)',
      how: '이용한 날만 계산합니다. 금액은 월 이용료 × 이용 일수 ÷ 그 달의 일수이며, 원 미만은 버립니다. 가입·정지·재개·해지한 날은 이용한 날에 포함되고, 하루 종일 정지된 날은 제외됩니다.',
      back: '명세 목록으로',
    },
  },
  legal: {
    since: (day: string) => `시행일: ${day}`,
    from: (day: string) => `${day}부터 시행됩니다.`,
    other: '지금 시행 중인 내용이 아닙니다.',
    present: '지금 시행 중인 내용 보기',
    versions: '다른 시기의 내용',
    inEffect: '(시행 중)',
    planned: '(시행 예정)',
  },
  reissue: {
    title: '앱 재발급 신청',
    text: '휴대폰을 잃어버렸거나 고장 나서 앱을 새 휴대폰에 다시 등록해야 할 때 신청합니다. 신청만으로는 아무것도 바뀌지 않으며, 상담원 두 명이 확인한 뒤 새 등록 코드를 드립니다.',
    lostFirst: '잃어버렸다면 분실 신고를 먼저 하세요. 재발급 사유로 ‘분실’을 선택해도 함께 신고됩니다.',
    stepsTitle: '이렇게 진행됩니다',
    steps: [
      '신청서를 내고 접수번호를 받습니다.',
      '상담원이 본인임을 확인하고 재발급을 신청하면, 등록된 휴대폰과 번호로 알립니다.',
      '다른 책임자가 승인하면 이전 휴대폰은 더 이상 쓸 수 없습니다.',
      '선택한 방법으로 등록 코드를 받아 새 휴대폰에 앱을 등록합니다.',
      '앱에서 테스트 인증번호를 확인하면 끝납니다.',
    ] as readonly string[],
    bringTitle: '준비할 것',
    bring: [
      '이전 휴대폰의 일련번호(PG-로 시작하는 숫자 12자리). 앱의 설정이나 홈페이지의 내 서비스에서 볼 수 있습니다. 모르면 고객센터에 문의해 주세요.',
      '앱을 쓸 수 없다면 본인을 확인할 다른 수단: 신분증(방문), 공동인증서 또는 아이핀으로 본인확인한 접수번호.',
      '방문 수령은 신분증 원본이 필요합니다. 대리인은 받을 수 없습니다.',
      '휴대폰번호로 받는 문자만으로는 본인임이 확인되지 않습니다. 유심은 본인이 아닌 사람도 가질 수 있기 때문입니다.',
    ] as readonly string[],
    withApp: {
      title: '앱을 아직 쓸 수 있을 때',
      text: '고장 난 휴대폰이라도 앱이 열리면 앱에서 비밀번호로 본인임을 확인합니다.',
      submit: '앱으로 본인확인하고 신청하기',
    },
    withoutApp: {
      title: '앱을 쓸 수 없을 때',
      text: '로그인하지 않고 신청합니다. 상담원이 신분증이나 다른 본인확인을 먼저 확인합니다.',
      submit: '앱 없이 신청하기',
    },
    look: {
      title: '신청 내역 조회',
      number: '접수번호',
      hint: '신청할 때 받은 16자리입니다. 예: 7K2Q-9XM4-TBDW-N3CR',
      submit: '조회하기',
      fault: '접수번호를 확인해 주세요. 이 번호로 접수된 신청이 없습니다.',
    },
    form: {
      title: '재발급 신청서',
      verified: '앱으로 본인확인을 마쳤습니다. 10분 안에 신청서를 내 주세요.',
      text: '입력한 정보가 맞으면 상담원이 확인한 뒤 연락드립니다.',
      fault: '입력하지 않았거나 형식이 맞지 않는 항목이 있습니다. 표시된 항목을 확인해 주세요.',
      cause: '재발급 사유',
      causes: { lost: '분실 (바로 분실 신고도 합니다)', broken: '고장' } satisfies Record<ReissueCause, string>,
      oldSerialNumber: '이전 휴대폰의 일련번호',
      oldSerialNumberHint: '예: PG-1234-5678-9012',
      proof: '본인 확인 수단',
      proofs: {
        id_card: '신분증 (방문하거나 상담원이 연락할 때 확인)',
        certificate: '공동인증서로 본인확인',
        i_pin: '아이핀으로 본인확인',
      } satisfies Record<CheckedProof, string>,
      reference: '본인확인 접수번호',
      referenceHint:
        '공동인증서나 아이핀으로 본인확인한 기관의 접수번호입니다. 신분증이면 비워 두세요. 주민등록번호는 적지 마세요.',
      delivery: '등록 코드 수령 방법',
      deliveries: {
        visit: '방문 (신분증 지참)',
        post: '우편 (등록 안내문)',
        app: '전화 통화 중 앱에 입력',
      } satisfies Record<ReissueDelivery, string>,
      recipient: '우편으로 받을 곳',
      recipientHint:
        '우편을 선택했을 때만 입력합니다. 암호화해 보관하고 안내문의 주소로만 쓰며, 재발급이 끝나면 삭제합니다.',
      name: '받는 사람',
      postcode: '우편번호 5자리',
      address: '주소',
      submit: '재발급 신청하기',
      faults: {
        cause: '재발급 사유를 선택해 주세요.',
        oldSerialNumber: '숫자 12자리를 입력해 주세요. 예: PG-1234-5678-9012',
        identityProof: '본인 확인 수단을 선택해 주세요.',
        reference: '접수번호를 한 줄, 60자 이내로 입력해 주세요. 주민등록번호는 적지 마세요.',
        delivery: '수령 방법을 선택해 주세요.',
        name: '받는 사람을 40자 이내로 입력해 주세요.',
        postcode: '숫자 5자리를 입력해 주세요. 예: 04524',
        address: '주소를 한 줄, 120자 이내로 입력해 주세요.',
      } satisfies Record<ReissueField, string>,
    },
    standing: {
      title: '재발급 신청 내역',
      number: '접수번호',
      keep: '접수번호를 적어 두세요. 이 번호로 진행 상황을 조회하고 신청을 취소할 수 있습니다.',
      leave: '이 화면 닫기',
      leaveText: '이 브라우저는 접수번호를 10분 동안 기억합니다. 여럿이 쓰는 컴퓨터라면 닫아 주세요.',
      filedAt: '접수 일시',
      until: '확인 기한',
      states: {
        received: {
          title: '신청을 접수했습니다',
          text: '입력한 정보가 맞으면 상담원이 확인하고 이 회선으로 연락드립니다. 기한까지 확인되지 않으면 신청은 자동으로 종료됩니다.',
        },
        applied: {
          title: '승인을 기다리고 있습니다',
          text: '상담원이 본인임을 확인하고 재발급을 신청했습니다. 다른 책임자가 승인해야 합니다.',
        },
        approved: {
          title: '승인되었습니다',
          text: '이전 휴대폰은 더 이상 쓸 수 없습니다. 선택한 방법으로 등록 코드를 드립니다.',
        },
        issued: {
          title: '등록 코드를 발급했습니다',
          text: '받은 등록 코드를 새 휴대폰의 앱에 입력해 주세요. 코드는 다른 사람에게 알려 주지 마세요.',
        },
        registered: {
          title: '새 휴대폰에 앱이 등록되었습니다',
          text: '앱에서 테스트 인증번호를 확인하면 재발급이 끝납니다.',
        },
        completed: { title: '재발급이 끝났습니다', text: '이제 인증번호를 새 휴대폰의 앱으로 받습니다.' },
        withdrawn: { title: '신청이 취소되었습니다', text: '필요하면 다시 신청할 수 있습니다.' },
        ended: {
          title: '신청이 종료되었습니다',
          text: `재발급되지 않았습니다. 자세한 내용은 고객센터(${callCentre})에 문의하거나 다시 신청해 주세요.`,
        },
      } satisfies Record<ApplicationStanding, Sentence>,
      withdraw: {
        name: '신청 취소',
        text: '진행 중인 재발급을 멈추고 발급된 등록 코드를 무효로 합니다. 승인된 뒤에 취소해도 이전 휴대폰은 다시 쓸 수 없습니다.',
        submit: '신청 취소하기',
      },
      again: '다시 신청하기',
    },
  },
  reported: {
    lost_phone: {
      title: '분실 신고를 접수했습니다',
      text: '입력한 정보가 맞으면 서비스가 즉시 일시 정지되고, 고객센터에서 확인 전화를 드립니다. 등록된 휴대폰의 앱에도 알렸습니다.',
    },
    new_phone: {
      title: '등록 코드를 요청했습니다',
      text: (wait: string) =>
        `입력한 정보가 맞으면 기존 휴대폰의 앱에 알렸습니다. 앱에서 확인하면 바로 등록 코드를 받습니다. 확인하지 않으면 신청한 때와 통신사가 새 휴대폰을 알려 온 때 가운데 늦은 때부터 ${wait} 문자로 보냅니다. 급하면 고객센터(${callCentre})에서 상담원 두 명이 본인임을 확인한 뒤 드립니다.`,
    },
    forgotten_pin: {
      title: '확인 전화를 신청했습니다',
      text: '입력한 정보가 맞으면 고객센터에서 이 번호로 전화를 드립니다.',
    },
  } satisfies Record<'lost_phone' | 'forgotten_pin', Sentence> & { new_phone: object },
});
