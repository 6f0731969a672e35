import type { AuthenticationState, Channel } from '../../domain/authentication.ts';
import type { SubscriptionState, SuspensionReason } from '../../domain/subscription.ts';
import type { EnrolmentState } from '../../subscriptions/subscription.ts';
import type { Locale } from '../../domain/locale.ts';
import type { PersonWords } from '../../pages/person-fields.ts';
import type { Sentence } from '../../pages/words/site.ts';

export interface CustomerMessages {
  home: Sentence & {
    join: string;
    how: Sentence & { steps: readonly [string, string, string, string]; compare: readonly [Sentence, Sentence] };
    who: Sentence & { rules: readonly string[]; check: string };
    feeTitle: string;
    fee: (fee: string) => string;
    feeText: string;
    questions: string;
    answers: readonly Sentence[];
  };
  check: Sentence & {
    carrier: string;
    carriers: Record<'home' | 'other', string>;
    holder: string;
    holders: Record<'self' | 'corporate' | 'other_party', string>;
    plan: string;
    plans: Record<'postpaid' | 'prepaid' | 'm2m', string>;
    phone: string;
    phones: Record<'android' | 'ios' | 'tablet' | 'other', string>;
    osVersion: string;
    osVersionHint: string;
    birthYear: string;
    birthYearHint: string;
    submit: string;
    fault: string;
    faults: Record<'choice' | 'osVersion' | 'birthDay', string>;
    yes: Sentence;
    no: Sentence;
  };
  person: Required<PersonWords>;
  join: Sentence & {
    fee: (fee: string) => string;
    terms: string;
    agree: readonly [string, string];
    agreements: readonly [string, string];
    mustAgree: string;
    submit: string;
    purpose: string;
    refused: Sentence;
    already: string;
  };
  login: Sentence & { submit: string; purpose: string };
  code: {
    push: Sentence;
    opened: Sentence;
    sms: Sentence;
    nothing: string;
    code: string;
    codeHint: string;
    timeLeft: string;
    submit: string;
    resendPush: string;
    resendSms: string;
    resent: string;
    tooSoon: string;
    stop: string;
    mismatch: (left: number) => string;
    ended: Record<Exclude<AuthenticationState, 'pending' | 'opened' | 'verified'>, Sentence>;
    again: string;
  };
  enrol: Sentence & {
    steps: readonly [string, string, string];
    code: string;
    qr: string;
    until: string;
    states: Record<EnrolmentState, Sentence>;
    confirmed: string;
    newCode: string;
    reload: string;
    go: string;
  };
  my: Sentence & {
    none: Sentence;
    join: string;
    logout: string;
    states: Record<SubscriptionState, Sentence>;
    suspensions: Record<SuspensionReason, string>;
    service: string;
    phoneNumber: string;
    since: string;
    fee: string;
    feeSoFar: (amount: string, days: number) => string;
    device: string;
    noDevice: string;
    deviceNames: Record<'name' | 'serialNumber' | 'enrolledAt' | 'system', string>;
    pinLocked: string;
    otp: Record<'inUse' | 'locked' | 'none', string>;
    otpLocked: string;
    registrations: Sentence & Record<'none' | 'serialNumber' | 'confirmedAt' | 'revoke' | 'revoked', string>;
    testing: string;
    enrol: string;
    history: string;
    noHistory: string;
    historyNote: string;
    columns: Record<'when' | 'who' | 'purpose' | 'method' | 'result', string>;
    channels: Record<Channel, string>;
    results: Record<AuthenticationState, string>;
    actions: string;
  };
  cancel: Sentence & {
    points: readonly string[];
    submit: string;
    keep: string;
    purpose: string;
    noApp: string;
    done: Sentence;
    cancelledAt: string;
    lastFee: string;
    days: (days: number) => string;
    feeNote: string;
    again: string;
  };
  newPhone: Sentence & {
    old: Sentence & { submit: string };
    bySms: Sentence & { submit: string };
    gone: string;
    purpose: string;
    wait: (minutes: number) => string;
    pin: string;
  };
  lostPhone: Sentence & { points: readonly string[]; submit: string };
  forgottenPin: Sentence & { points: readonly string[]; submit: string };
  reported: Record<'lost_phone' | 'new_phone' | 'forgotten_pin', Sentence>;
}

/** What the customers' pages say. */
export const CUSTOMER_MESSAGES: Record<Locale, CustomerMessages> = {
  ko: {
    home: {
      title: '인증번호를 문자 대신 내 휴대폰 앱으로만',
      text: '문자로 오는 인증번호는 악성 앱이 읽고, 가짜 기지국이 가로채고, 유심 복제로 빼앗깁니다. 휴대폰인증보호는 비밀번호를 입력한 내 휴대폰에만 암호화된 인증번호를 보냅니다.',
      join: '가입하기',
      how: {
        title: '이렇게 달라집니다',
        text: '본인확인 창에 입력하는 것은 그대로입니다. 인증번호를 받는 길만 안전해집니다.',
        steps: [
          '본인확인 창에 생년월일, 성별, 휴대폰번호를 입력합니다.',
          '휴대폰에 앱을 열어 달라는 알림이 옵니다.',
          '앱에서 누가 왜 요청했는지 확인하고 비밀번호 6자리를 입력합니다.',
          '그때 만들어진 인증번호가 앱에 나타납니다. 그 번호를 창에 입력하면 끝입니다.',
        ],
        compare: [
          { title: '가입 전', text: '인증번호가 문자로 오고, 문자를 볼 수 있는 누구나 쓸 수 있습니다.' },
          { title: '가입 후', text: '비밀번호를 아는 나만, 내 휴대폰에서만 인증번호를 봅니다.' },
        ],
      },
      who: {
        title: '누가 가입할 수 있나요',
        text: '아래를 모두 갖추어야 합니다.',
        rules: [
          '당사 회선을 본인 명의로 쓰는 만 19세 이상',
          'Android 2.3 이상 또는 iOS 6.0 이상 스마트폰 (iPad, 윈도우 폰 제외)',
          '후불 요금제 (선불, 사물통신 요금제 제외)',
          '법인·가족 등 다른 사람 명의가 아닌 회선',
        ],
        check: '바로 확인해 보기',
      },
      feeTitle: '이용 요금',
      fee: (fee) => `월 ${fee}`,
      feeText: '이용한 날만큼만 일할 계산되며, 일시 정지된 날은 요금이 없습니다.',
      questions: '자주 묻는 질문',
      answers: [
        {
          title: '기기나 번호를 바꾸면 어떻게 되나요?',
          text: '지원되는 휴대폰으로 바꾸거나 번호만 바꾸면 계속 이용할 수 있습니다. 새 휴대폰에는 앱을 다시 등록해야 합니다. 번호이동이나 명의변경을 하거나 지원되지 않는 휴대폰으로 바꾸면 자동으로 해지됩니다.',
        },
        {
          title: '휴대폰을 일시 정지하면요?',
          text: '서비스도 함께 일시 정지되고, 그동안의 요금은 청구되지 않습니다.',
        },
        {
          title: '인증번호 자동입력을 쓰는 사이트는요?',
          text: '해지할 필요가 없습니다. 앱의 설정에서 그 사이트에만 10분 동안 문자를 허용할 수 있습니다. 문자를 거절하는 사이트에서는 앱에 나타난 인증번호를 직접 입력해 주세요.',
        },
        {
          title: '인증 이력은 어디에서 보나요?',
          text: '앱의 설정과 이 홈페이지의 내 서비스에서 최근 20건을 볼 수 있습니다.',
        },
        {
          title: '휴대폰을 잃어버렸어요.',
          text: '휴대폰 분실 메뉴에서 바로 신고하세요. 로그인하지 않아도 서비스가 바로 일시 정지됩니다.',
        },
      ],
    },
    check: {
      title: '가입할 수 있는지 확인하기',
      text: '입력한 내용은 저장되지 않습니다. 가입할 때 실제 회선 정보로 다시 확인합니다.',
      carrier: '통신사',
      carriers: { home: '당사 (알뜰폰 제외)', other: '다른 통신사나 알뜰폰' },
      holder: '명의',
      holders: { self: '본인', corporate: '법인', other_party: '가족 등 다른 사람' },
      plan: '요금제',
      plans: { postpaid: '후불', prepaid: '선불', m2m: '사물통신(M2M)' },
      phone: '휴대폰',
      phones: { android: 'Android 스마트폰', ios: 'iPhone', tablet: 'iPad, 태블릿', other: '윈도우 폰, 그 밖' },
      osVersion: '운영체제 버전',
      osVersionHint: '예: 14 또는 17.5',
      birthYear: '생년월일 8자리',
      birthYearHint: '예: 19900101',
      submit: '확인',
      fault: '빠진 것이 있거나 형식이 다릅니다. 표시된 곳을 고쳐 주세요.',
      faults: {
        choice: '하나를 골라 주세요.',
        osVersion: '숫자와 점으로 입력해 주세요. 예: 17.5',
        birthDay: '달력에 있는 날짜를 여덟 자리로 입력해 주세요. 예: 19900101',
      },
      yes: { title: '가입할 수 있습니다', text: '가입할 때 회선 정보를 한 번 더 확인합니다.' },
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
        birthDate: '달력에 있는 날짜를 여섯 자리로 입력해 주세요. 예: 900101',
        genderDigit: '한 자리 숫자로 입력해 주세요.',
        phoneNumber: '010-1234-5678과 같은 휴대폰번호를 입력해 주세요.',
      },
    },
    join: {
      title: '휴대폰인증보호 가입',
      text: '본인확인을 마치면 바로 가입되고, 앱을 등록하면 보호가 시작됩니다.',
      fee: (fee) => `이용 요금은 월 ${fee}이며 이용한 날만큼 일할 계산됩니다.`,
      terms: '약관 동의',
      agree: ['서비스 이용약관에 동의합니다. (필수)', '개인정보 수집·이용에 동의합니다. (필수)'],
      agreements: [
        '이 회선으로 오는 본인확인 인증번호를 문자 대신 등록한 앱으로 받습니다. 서비스는 언제든 홈페이지나 고객센터에서 해지할 수 있고, 번호이동이나 명의변경 때에는 자동으로 해지됩니다.',
        '본인확인을 위해 생년월일, 성별, 휴대폰번호와 등록한 휴대폰의 정보를 암호화하여 보관하며, 인증 이력은 정해진 보관 기간 뒤에 지웁니다.',
      ],
      mustAgree: '두 약관에 모두 동의해야 가입할 수 있습니다.',
      submit: '본인확인하고 가입하기',
      purpose: '인증보호 가입',
      refused: {
        title: '이 회선은 가입할 수 없습니다',
        text: '이유는 다음과 같습니다. 가입되지 않았으며 요금도 없습니다.',
      },
      already: '이미 가입된 회선이라 내 서비스를 보여 드립니다.',
    },
    login: {
      title: '내 서비스 보기',
      text: '앱에서 비밀번호를 입력해 로그인합니다. 아직 앱을 등록하지 않았다면 문자로 인증번호를 보냅니다.',
      submit: '로그인',
      purpose: '홈페이지 로그인',
    },
    code: {
      push: { title: '휴대폰의 앱을 열어 주세요', text: '앱에서 비밀번호를 입력하면 인증번호가 나타납니다.' },
      opened: { title: '앱에서 확인되었습니다', text: '앱에 나타난 인증번호를 입력해 주세요.' },
      sms: { title: '문자로 인증번호를 보냈습니다', text: '문자메시지로 받은 인증번호 6자리를 입력해 주세요.' },
      nothing:
        '아무것도 오지 않으면 입력한 정보가 회선의 명의와 다르거나, 서비스가 일시 정지되어 있을 수 있습니다. 고객센터(114)에 문의해 주세요.',
      code: '인증번호 6자리',
      codeHint: '인증번호는 누구에게도 알려 주지 마세요.',
      timeLeft: '남은 시간',
      submit: '확인',
      resendPush: '알림 다시 보내기',
      resendSms: '문자 다시 보내기',
      resent: '다시 보냈습니다.',
      tooSoon: '30초에 한 번씩, 모두 세 번까지 다시 보낼 수 있습니다.',
      stop: '그만두기',
      mismatch: (left) => `인증번호가 다릅니다. ${left}번 더 입력할 수 있습니다.`,
      ended: {
        declined: { title: '휴대폰에서 거절했습니다', text: '앱에서 요청을 거절했습니다. 아무것도 바뀌지 않았습니다.' },
        expired: { title: '입력 시간이 지났습니다', text: '3분 안에 인증번호를 입력하지 않아 종료되었습니다.' },
        failed: {
          title: '인증번호를 다섯 번 잘못 입력했습니다',
          text: '안전을 위해 종료했습니다. 아무것도 바뀌지 않았습니다.',
        },
        cancelled: {
          title: '본인확인이 취소되었습니다',
          text: '다른 창에서 새로 시작했거나 서비스의 상태가 바뀌었습니다.',
        },
      },
      again: '처음부터 다시',
    },
    enrol: {
      title: '휴대폰에 앱을 등록해 주세요',
      text: '휴대폰인증보호 앱에서 아래 QR 코드를 찍거나 등록 코드를 입력하세요.',
      steps: [
        '앱을 설치하고 엽니다.',
        'QR 코드를 찍거나 등록 코드를 입력합니다.',
        '비밀번호를 정하고 시험 인증번호를 확인합니다.',
      ],
      code: '등록 코드',
      qr: '등록 코드가 든 QR 코드',
      until: '남은 시간',
      states: {
        waiting: { title: '앱을 기다리고 있습니다', text: '등록되면 이 화면이 저절로 바뀝니다.' },
        testing: { title: '앱이 등록되었습니다', text: '앱에서 시험 인증번호를 확인하면 보호가 시작됩니다.' },
        active: { title: '보호가 시작되었습니다', text: '이제 인증번호는 이 휴대폰의 앱으로만 옵니다.' },
        revoked: {
          title: '등록을 마치지 못했습니다',
          text: '시험 인증번호가 맞지 않았습니다. 새 코드로 다시 등록해 주세요.',
        },
        expired: { title: '등록 코드를 쓸 수 있는 10분이 지났습니다', text: '새 코드를 받아 다시 등록해 주세요.' },
      },
      confirmed: '확인하면 이 화면이 저절로 바뀝니다.',
      newCode: '새 등록 코드 받기',
      reload: '등록되었는지 확인하기',
      go: '내 서비스로',
    },
    my: {
      title: '내 서비스',
      text: '',
      none: {
        title: '가입되어 있지 않습니다',
        text: '이 회선의 인증번호는 문자로 옵니다. 앱으로 받으려면 가입해 주세요.',
      },
      join: '가입하기',
      logout: '로그아웃',
      states: {
        awaiting_device: {
          title: '앱 등록을 기다리고 있습니다',
          text: '가입되었지만 아직 앱을 등록하지 않아, 인증번호는 문자로 옵니다.',
        },
        active: { title: '보호받고 있습니다', text: '인증번호는 등록한 앱으로만 옵니다.' },
        suspended: { title: '일시 정지되었습니다', text: '일시 정지된 동안에는 본인확인을 할 수 없습니다.' },
        cancelled: { title: '해지되었습니다', text: '인증번호는 문자로 옵니다.' },
      },
      suspensions: {
        line_suspended: '회선이 일시 정지되었습니다. 회선의 정지가 풀리면 서비스도 함께 풀립니다.',
        loss_reported: '분실 신고가 접수되었습니다. 휴대폰을 찾았다면 고객센터(114)에서 풀 수 있습니다.',
        sim_swapped: '유심이 바뀌었습니다. 고객센터(114)에서 새 등록 코드를 받아 앱을 다시 등록해 주세요.',
      },
      service: '서비스 상태',
      phoneNumber: '휴대폰번호',
      since: '보호 시작',
      fee: '이번 달 요금',
      feeSoFar: (amount, days) => `${amount} (오늘까지 ${days}일)`,
      device: '등록한 휴대폰',
      noDevice: '등록한 휴대폰이 없습니다. 새 휴대폰을 등록해 주세요.',
      deviceNames: { name: '이름', serialNumber: '일련번호', enrolledAt: '등록 일시', system: '운영체제' },
      pinLocked: '비밀번호를 다섯 번 잘못 입력해 잠겼습니다. 고객센터(114)에서 풀 수 있습니다.',
      otp: { inUse: '사용 중', locked: '잠김', none: '등록하지 않음' },
      otpLocked: 'OTP를 5회 연속 틀려 잠겼습니다. 휴대폰 인증(앱 알림)에 한 번 성공하면 다시 쓸 수 있습니다.',
      registrations: {
        title: '등록한 기관',
        text: '내 휴대폰의 코드를 요청할 수 있는 기관입니다. 해지하면 그 기관은 더 이상 요청할 수 없습니다.',
        none: '등록한 기관이 없습니다.',
        serialNumber: '휴대폰',
        confirmedAt: '등록 일시',
        revoke: '등록 해지',
        revoked: '기관 등록을 해지했습니다.',
      },
      testing: '시험 인증번호를 확인하면 등록이 끝납니다.',
      enrol: '앱 등록하기',
      history: '인증 이력',
      noHistory: '아직 인증 이력이 없습니다.',
      historyNote: '최근 20건입니다. 모르는 요청이 있으면 고객센터(114)에 알려 주세요.',
      columns: { when: '요청 시각', who: '요청한 곳', purpose: '용도', method: '방법', result: '결과' },
      channels: { push: '앱', sms: '문자', otp: 'OTP', sign: '거래 서명' },
      results: {
        pending: '대기 중',
        opened: '인증번호 확인',
        verified: '완료',
        declined: '거절',
        expired: '시간 지남',
        failed: '실패',
        cancelled: '취소',
      },
      actions: '변경과 해지',
    },
    cancel: {
      title: '휴대폰인증보호 해지',
      text: '해지하기 전에 확인해 주세요.',
      points: [
        '해지하면 바로 보호가 끝나고, 인증번호는 다시 문자로 옵니다.',
        '등록한 앱은 쓸 수 없게 됩니다. 인증 이력은 보관 기간 뒤에 지워집니다.',
        '요금은 해지한 날까지만 일할 계산됩니다.',
        '언제든 다시 가입할 수 있습니다.',
      ],
      submit: '본인확인하고 해지하기',
      keep: '계속 이용하기',
      purpose: '인증보호 해지',
      noApp: '앱을 열 수 없다면 고객센터(114)에서 해지할 수 있습니다.',
      done: { title: '해지되었습니다', text: '지금부터 인증번호는 문자로 옵니다.' },
      cancelledAt: '해지 일시',
      lastFee: '이번 달 요금',
      days: (days) => `${days}일 이용`,
      feeNote: '다음 달 통신 요금에 함께 청구됩니다.',
      again: '다시 가입하기',
    },
    newPhone: {
      title: '새 휴대폰에 앱 등록하기',
      text: '기존 휴대폰의 앱을 쓸 수 있으면 그 앱으로 확인하고, 쓸 수 없으면 새 휴대폰에 문자로 등록 코드를 받습니다.',
      old: {
        title: '기존 휴대폰의 앱을 쓸 수 있어요',
        text: '기존 앱에서 비밀번호로 확인하면 새 등록 코드를 바로 드립니다.',
        submit: '기존 앱으로 확인하기',
      },
      bySms: {
        title: '이미 기기를 바꿨어요',
        text: '통신사에 기기변경이 등록되어 있으면, 새 휴대폰에 문자로 등록 코드를 보냅니다. 기존 휴대폰에는 알림이 갑니다.',
        submit: '문자로 등록 코드 받기',
      },
      gone: '휴대폰을 잃어버렸거나 유심이 바뀌었다면 고객센터(114)에서 상담원 두 명이 확인한 뒤 등록 코드를 드립니다.',
      purpose: '새 휴대폰 등록',
      wait: (minutes) => (minutes > 0 ? `기기변경이 등록되고 ${minutes}분이 지난 뒤에 보냅니다.` : ''),
      pin: '비밀번호를 잊었어요',
    },
    lostPhone: {
      title: '휴대폰을 잃어버렸어요',
      text: '로그인하지 않아도 서비스를 바로 일시 정지할 수 있습니다.',
      points: [
        '신고하면 곧바로 일시 정지되어, 아무도 이 회선으로 본인확인을 할 수 없습니다.',
        '고객센터가 확인 전화를 드립니다. 다시 쓰려면 상담원 두 명이 본인임을 확인해야 합니다.',
        '전화와 문자까지 막으려면 고객센터(114)에 회선의 분실 정지를 따로 신청해 주세요.',
      ],
      submit: '분실 신고하고 일시 정지하기',
    },
    forgottenPin: {
      title: '비밀번호를 잊었어요',
      text: '비밀번호는 휴대폰 안에만 있어 저희도 알 수 없습니다. 앱을 다시 등록하면 새로 정할 수 있습니다.',
      points: [
        '신청하면 고객센터가 이 번호로 전화해 본인임을 확인합니다.',
        '상담원 두 명이 확인한 뒤 새 등록 코드를 드립니다.',
        '그때까지 지금의 휴대폰과 비밀번호는 그대로입니다.',
      ],
      submit: '확인 전화 신청하기',
    },
    reported: {
      lost_phone: {
        title: '분실 신고를 받았습니다',
        text: '입력한 정보가 맞다면 서비스가 지금 일시 정지되고, 고객센터가 확인 전화를 드립니다.',
      },
      new_phone: {
        title: '등록 코드를 요청했습니다',
        text: '입력한 정보가 맞고 통신사에 기기변경이 등록되어 있다면 새 휴대폰에 등록 코드가 문자로 옵니다. 오지 않으면 고객센터(114)에 문의해 주세요.',
      },
      forgotten_pin: {
        title: '확인 전화를 신청했습니다',
        text: '입력한 정보가 맞다면 고객센터가 이 번호로 전화를 드립니다.',
      },
    },
  },
  en: {
    home: {
      title: 'Your codes, on your own phone alone',
      text: 'Codes sent by text message are read by malware, caught by rogue base stations and stolen with a swapped SIM. Push Guard sends them encrypted, to your phone only, after your PIN.',
      join: 'Join',
      how: {
        title: 'What changes',
        text: 'You fill in verification windows as before. Only the way of the code becomes safe.',
        steps: [
          'You enter birth date, gender digit and phone number in a verification window.',
          'Your phone asks you to open the app.',
          'The app shows who asks and why, and you enter your six-digit PIN.',
          'Only then a code is made, and appears in the app. Type it into the window.',
        ],
        compare: [
          { title: 'Before', text: 'The code comes as a text message, and whoever can read it can use it.' },
          { title: 'After', text: 'Only you, who know the PIN, see it, and only on your phone.' },
        ],
      },
      who: {
        title: 'Who can join',
        text: 'All of this has to be true.',
        rules: [
          'You are 19 or older and the line, of this carrier, is in your own name',
          'A smartphone with Android 2.3 or iOS 6.0 at least (no iPad, no Windows phone)',
          'A postpaid plan (not prepaid, not M2M)',
          'The line is not a company’s or another person’s',
        ],
        check: 'Check it now',
      },
      feeTitle: 'What it costs',
      fee: (fee) => `${fee} a month`,
      feeText: 'By the day: days on which the service is suspended cost nothing.',
      questions: 'Questions and answers',
      answers: [
        {
          title: 'What if I change my phone or number?',
          text: 'With a supported phone, or a new number, the service goes on; the app has to be registered on a new phone. Moving to another carrier, a change of owner or an unsupported phone cancels the service.',
        },
        { title: 'What if my line is suspended?', text: 'So is the service, and those days cost nothing.' },
        {
          title: 'And sites that fill in codes from text messages?',
          text: 'No need to cancel: the app’s settings allow text messages to that one site for ten minutes. Where a site refuses them, type the code as the app shows it.',
        },
        {
          title: 'Where is my history?',
          text: 'The last 20 are in the app’s settings and on this website under “My service”.',
        },
        { title: 'I lost my phone.', text: 'Report it under “Lost phone”. It works without logging in, at once.' },
      ],
    },
    check: {
      title: 'Can I join?',
      text: 'Nothing that you enter is stored. When you join, the facts of your line are checked.',
      carrier: 'Carrier',
      carriers: { home: 'This carrier (no MVNO)', other: 'Another carrier or an MVNO' },
      holder: 'In whose name',
      holders: { self: 'My own', corporate: 'A company’s', other_party: 'Another person’s' },
      plan: 'Plan',
      plans: { postpaid: 'Postpaid', prepaid: 'Prepaid', m2m: 'M2M' },
      phone: 'Phone',
      phones: { android: 'Android phone', ios: 'iPhone', tablet: 'iPad or tablet', other: 'Windows phone or other' },
      osVersion: 'Version of the system',
      osVersionHint: 'Such as 14 or 17.5',
      birthYear: 'Birth date, 8 digits',
      birthYearHint: 'Such as 19900101',
      submit: 'Check',
      fault: 'Something is missing or cannot be read. Correct what is marked.',
      faults: {
        choice: 'Choose one.',
        osVersion: 'Enter digits and dots, such as 17.5.',
        birthDay: 'Enter a day of the calendar as eight digits, such as 19900101.',
      },
      yes: { title: 'You can join', text: 'The facts of your line are checked once more when you do.' },
      no: { title: 'You cannot join yet', text: 'This is why.' },
    },
    person: {
      resident: 'Birth date and gender digit',
      birthDate: 'Birth date, 6 digits',
      genderDigit: 'First digit of the second part of the resident number',
      residentHint: 'The first six digits of the resident number and the one after the hyphen.',
      phoneNumber: 'Phone number',
      phoneNumberHint: 'With or without hyphens.',
      faults: {
        birthDate: 'Enter a day of the calendar as six digits, such as 900101.',
        genderDigit: 'Enter one digit.',
        phoneNumber: 'Enter a Korean mobile number, such as 010-1234-5678.',
      },
    },
    join: {
      title: 'Join Push Guard',
      text: 'Once you are verified you have joined; protection begins when the app is registered.',
      fee: (fee) => `It costs ${fee} a month, by the day.`,
      terms: 'Agreement',
      agree: ['I agree to the terms of service. (required)', 'I agree to the use of my personal data. (required)'],
      agreements: [
        'Verification codes for this line come to the registered app and no longer by text message. You can cancel on the website or at the call centre at any time; moving to another carrier or a change of owner cancels the service.',
        'To verify you we keep birth date, gender, phone number and facts of the registered phone, encrypted. The history is erased after its time.',
      ],
      mustAgree: 'You have to agree to both to join.',
      submit: 'Verify me and join',
      purpose: 'Join Push Guard',
      refused: { title: 'This line cannot join', text: 'This is why. You have not joined, and nothing is charged.' },
      already: 'This line has joined already. This is its service.',
    },
    login: {
      title: 'My service',
      text: 'Log in with your PIN in the app. If no app is registered yet, a code comes by text message.',
      submit: 'Log in',
      purpose: 'Website login',
    },
    code: {
      push: { title: 'Open the app on your phone', text: 'Enter your PIN there, and the code appears.' },
      opened: { title: 'The app was opened', text: 'Enter the code that it shows.' },
      sms: { title: 'We sent a text message', text: 'Enter the six-digit code from it.' },
      nothing:
        'If nothing comes, what you entered is not what the line’s contract says, or the service is suspended. Call 114.',
      code: 'Six-digit code',
      codeHint: 'Do not tell anybody this code.',
      timeLeft: 'Time left',
      submit: 'Continue',
      resendPush: 'Send it again',
      resendSms: 'Send it again',
      resent: 'Sent again.',
      tooSoon: 'It can be sent again every 30 seconds, three times at most.',
      stop: 'Stop',
      mismatch: (left) => `The code is wrong. ${left === 1 ? 'One try' : `${left} tries`} left.`,
      ended: {
        declined: { title: 'Declined on the phone', text: 'The request was declined in the app. Nothing has changed.' },
        expired: { title: 'Time is up', text: 'The code was not entered within three minutes.' },
        failed: {
          title: 'The code was wrong five times',
          text: 'To keep you safe this has ended. Nothing has changed.',
        },
        cancelled: {
          title: 'The verification was cancelled',
          text: 'It began anew elsewhere, or your service has changed.',
        },
      },
      again: 'Begin again',
    },
    enrol: {
      title: 'Register the app on your phone',
      text: 'Scan the QR code with the app, or type the enrolment code.',
      steps: [
        'Install the app and open it.',
        'Scan the QR code or type the code.',
        'Choose a PIN and confirm the test code.',
      ],
      code: 'Enrolment code',
      qr: 'QR code with the enrolment code',
      until: 'Time left',
      states: {
        waiting: { title: 'Waiting for the app', text: 'This page changes by itself.' },
        testing: { title: 'The app is registered', text: 'Confirm the test code in the app, and protection begins.' },
        active: { title: 'You are protected', text: 'From now on codes come to the app on this phone alone.' },
        revoked: { title: 'It was not registered', text: 'The test code was wrong. Register again with a new code.' },
        expired: { title: 'The code’s ten minutes are over', text: 'Get a new code and register again.' },
      },
      confirmed: 'This page changes by itself then.',
      newCode: 'Get a new code',
      reload: 'See whether it is registered',
      go: 'To my service',
    },
    my: {
      title: 'My service',
      text: '',
      none: {
        title: 'You have not joined',
        text: 'Codes for this line come by text message. Join to get them in the app.',
      },
      join: 'Join',
      logout: 'Log out',
      states: {
        awaiting_device: {
          title: 'Waiting for your app',
          text: 'You have joined, but no app is registered yet; codes still come by text message.',
        },
        active: { title: 'You are protected', text: 'Codes come to the registered app alone.' },
        suspended: { title: 'Suspended', text: 'While it is suspended, you cannot be verified.' },
        cancelled: { title: 'Cancelled', text: 'Codes come by text message.' },
      },
      suspensions: {
        line_suspended: 'The line is suspended. The service comes back with it.',
        loss_reported: 'A loss was reported. The call centre can lift it.',
        sim_swapped: 'The SIM was changed. Get a new enrolment code from the call centre.',
      },
      service: 'State',
      phoneNumber: 'Phone number',
      since: 'Protected since',
      fee: 'This month',
      feeSoFar: (amount, days) => `${amount} (${days} ${days === 1 ? 'day' : 'days'} so far)`,
      device: 'Registered phone',
      noDevice: 'No phone is registered. Register the new one.',
      deviceNames: { name: 'Name', serialNumber: 'Serial number', enrolledAt: 'Registered', system: 'System' },
      pinLocked: 'The PIN was wrong five times and is locked. The call centre can unlock it.',
      otp: { inUse: 'In use', locked: 'Locked', none: 'Not enrolled' },
      otpLocked: 'OTP was wrong five times in a row and is locked. It works again once you were verified by push.',
      registrations: {
        title: 'Registered institutions',
        text: 'They may ask your phone for codes. One that you revoke may ask no more.',
        none: 'There is none.',
        serialNumber: 'Phone',
        confirmedAt: 'Registered',
        revoke: 'Revoke',
        revoked: 'The registration is revoked.',
      },
      testing: 'Confirm the test code in the app to finish.',
      enrol: 'Register the app',
      history: 'History',
      noHistory: 'Nothing yet.',
      historyNote: 'The last 20. Tell the call centre of any that you do not know.',
      columns: { when: 'When', who: 'Who asked', purpose: 'Why', method: 'By', result: 'Result' },
      channels: { push: 'App', sms: 'SMS', otp: 'OTP', sign: 'Signed transaction' },
      results: {
        pending: 'Waiting',
        opened: 'Code shown',
        verified: 'Verified',
        declined: 'Declined',
        expired: 'Expired',
        failed: 'Failed',
        cancelled: 'Cancelled',
      },
      actions: 'Change or cancel',
    },
    cancel: {
      title: 'Cancel Push Guard',
      text: 'Before you cancel:',
      points: [
        'Protection ends at once, and codes come by text message again.',
        'The registered app stops working. The history is erased after its time.',
        'The fee counts up to the day on which you cancel.',
        'You can join again at any time.',
      ],
      submit: 'Verify me and cancel',
      keep: 'Keep the service',
      purpose: 'Cancel Push Guard',
      noApp: 'If you cannot open the app, the call centre (114) can cancel for you.',
      done: { title: 'Cancelled', text: 'From now on codes come by text message.' },
      cancelledAt: 'Cancelled',
      lastFee: 'Fee of this month',
      days: (days) => `${days} ${days === 1 ? 'day' : 'days'}`,
      feeNote: 'It comes with next month’s bill.',
      again: 'Join again',
    },
    newPhone: {
      title: 'Register a new phone',
      text: 'With the app on your old phone if it still works, or by a text message to the phone that your carrier knows.',
      old: {
        title: 'My old app still works',
        text: 'Confirm with your PIN in the old app and get a new enrolment code at once.',
        submit: 'Confirm with the old app',
      },
      bySms: {
        title: 'I have changed phones already',
        text: 'If your carrier has the new phone on record, an enrolment code goes there by text message. The old phone is told.',
        submit: 'Get a code by text message',
      },
      gone: 'If the phone is lost or the SIM was changed, two people at the call centre check who you are and give you a code.',
      purpose: 'Register a new phone',
      wait: (minutes) => (minutes > 0 ? `It is sent ${minutes} minutes after your carrier recorded the change.` : ''),
      pin: 'I forgot my PIN',
    },
    lostPhone: {
      title: 'I lost my phone',
      text: 'You can stop the service at once, without logging in.',
      points: [
        'From then on nobody can be verified with this line.',
        'The call centre calls you back. Two people have to confirm who you are before it is used again.',
        'To have calls and text messages blocked as well, call 114.',
      ],
      submit: 'Report it and stop the service',
    },
    forgottenPin: {
      title: 'I forgot my PIN',
      text: 'The PIN is on your phone alone; not even we know it. Register the app again to choose a new one.',
      points: [
        'The call centre calls this number and checks who you are.',
        'Two people confirm it, and you get a new enrolment code.',
        'Until then your phone and PIN stay as they are.',
      ],
      submit: 'Ask for the call',
    },
    reported: {
      lost_phone: {
        title: 'We have your report',
        text: 'If what you entered is right, the service stops now and the call centre calls you back.',
      },
      new_phone: {
        title: 'A code was asked for',
        text: 'If what you entered is right and your carrier has the new phone on record, the code comes there by text message. If it does not, call 114.',
      },
      forgotten_pin: {
        title: 'We will call you',
        text: 'If what you entered is right, the call centre calls this number.',
      },
    },
  },
};
