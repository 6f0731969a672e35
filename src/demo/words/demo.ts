import type { Locale } from '../../pages/locale.ts';

export interface DemoMessages {
  shop: string;
  tagline: string;
  title: string;
  join: string;
  joinText: string;
  purpose: string;
  verify: string;
  verifyByOtp: string;
  /** The name of a customer that the shop already knows; the window shows it masked. */
  member: string;
  bank: string;
  verifySameTab: string;
  phone: string;
  openPhone: string;
  phoneText: string;
  howTitle: string;
  how: readonly string[];
  people: string;
  peopleText: string;
  columns: { who: string; resident: string; phoneNumber: string };
  copy: string;
  copied: string;
  texts: string;
  textsText: string;
  noTexts: string;
  /** The case that a demo line demonstrates, by line id; a line without an entry shows its own note. */
  notes: Readonly<Partial<Record<string, string>>>;
  verifiedTitle: string;
  verifiedText: string;
  result: { phoneNumber: string; birthDate: string; gender: string; nationality: string; channel: string };
  gender: Record<'male' | 'female', string>;
  nationality: { korean: string; foreigner: string };
  channel: Record<'push' | 'sms' | 'otp', string>;
  notVerifiedTitle: string;
  notVerified: (state: string) => string;
  foreignReturnTitle: string;
  foreignReturn: string;
  again: string;
  phoneTitle: string;
  phoneNeedsScript: string;
}

const REASONS: Record<Locale, Readonly<Partial<Record<string, string>>>> = {
  ko: {
    declined: '휴대폰에서 요청을 거절했습니다.',
    expired: '시간 안에 인증번호가 입력되지 않았습니다.',
    failed: '인증번호를 다섯 번 잘못 입력했습니다.',
    cancelled: '본인확인을 취소했습니다.',
  },
  en: {
    declined: 'The request was declined on the phone.',
    expired: 'No code was entered in time.',
    failed: 'The code was wrong five times.',
    cancelled: 'The verification was cancelled.',
  },
};

/** The texts of the demonstration shop, and of the frame around the phone. */
export const DEMO_MESSAGES: Record<Locale, DemoMessages> = {
  ko: {
    shop: '한빛서점',
    tagline: '책과 사람을 잇는 온라인 서점 (시연용 사이트)',
    title: '회원가입',
    join: '회원가입을 위해 본인확인이 필요합니다',
    joinText: '휴대폰 본인확인을 마치면 바로 가입할 수 있습니다. 한빛서점은 주민등록번호를 받지 않습니다.',
    purpose: '회원가입',
    verify: '휴대폰 본인확인',
    verifyByOtp: 'OTP로 본인확인',
    member: '홍길동',
    bank: '두루은행에서 거래 서명 해 보기',
    verifySameTab: '이 탭에서 진행하기',
    phone: '휴대폰',
    openPhone: '휴대폰 화면 열기 (새 탭)',
    phoneText: '알림을 받고 비밀번호를 입력하는 가입자의 휴대폰입니다.',
    howTitle: '이렇게 해 보세요',
    how: [
      '휴대폰에서 회선을 고르고 ‘이 회선으로 개통’을 누른 뒤 앱 비밀번호 6자리를 정합니다.',
      '‘휴대폰 본인확인’을 누르고 같은 회선의 생년월일과 번호를 입력합니다.',
      '휴대폰에 온 알림을 열어 비밀번호를 입력하면 인증번호가 나타납니다. 창에 입력하면 끝납니다.',
    ],
    people: '시연용 회선',
    peopleText: '창에 그대로 입력해 보세요. 모두 지어낸 사람입니다.',
    columns: { who: '누구인가요', resident: '생년월일-성별', phoneNumber: '휴대폰번호' },
    copy: '복사',
    copied: '복사했습니다',
    texts: '받은 문자',
    textsText: '서비스에 가입하지 않은 회선은 예전처럼 문자로 인증번호를 받습니다.',
    noTexts: '아직 받은 문자가 없습니다.',
    notes: {
      'demo-1': '일반 가입자 (Android)',
      'demo-2': '일반 가입자 (iPhone)',
      'demo-3': '2001년생, 미가입: 문자로 받음',
      'demo-4': '외국인',
      'demo-5': '미성년자: 가입 불가',
      'demo-6': '법인 명의: 가입 불가',
      'demo-7': '타인 명의: 가입 불가',
      'demo-8': '선불 요금제: 가입 불가',
      'demo-9': '알뜰폰 회선: 가입 불가',
      'demo-10': 'Windows 휴대폰: 가입 불가',
    },
    verifiedTitle: '본인확인을 마쳤습니다',
    verifiedText: '한빛서점 서버가 확인 결과를 직접 받아 왔습니다.',
    result: {
      phoneNumber: '휴대폰번호',
      birthDate: '생년월일',
      gender: '성별',
      nationality: '내·외국인',
      channel: '확인 방법',
    },
    gender: { male: '남성', female: '여성' },
    nationality: { korean: '내국인', foreigner: '외국인' },
    channel: { push: '앱 (푸시 인증 보호)', sms: '문자메시지', otp: '앱의 OTP' },
    notVerifiedTitle: '본인확인을 마치지 못했습니다',
    notVerified: (state) => REASONS.ko[state] ?? '본인확인이 끝나지 않았습니다.',
    foreignReturnTitle: '이 브라우저에서 시작한 본인확인이 아닙니다',
    foreignReturn: '처음부터 다시 진행해 주세요.',
    again: '처음으로 돌아가기',
    phoneTitle: '휴대폰',
    phoneNeedsScript: '휴대폰 화면은 자바스크립트가 필요합니다.',
  },
  en: {
    shop: 'Hanbit Books',
    tagline: 'Books and the people who read them (a demonstration)',
    title: 'Create an account',
    join: 'Verify who you are to create an account',
    joinText: 'Once your mobile phone has verified you, you can join. We never ask for your registration number.',
    purpose: 'Creating an account',
    verify: 'Verify by mobile phone',
    verifyByOtp: 'Verify by OTP',
    member: '홍길동',
    bank: 'Sign a transaction at Duru Bank',
    verifySameTab: 'Go on in this tab',
    phone: 'Phone',
    openPhone: 'Open the phone (new tab)',
    phoneText: 'The subscriber’s phone, which gets the notification and takes the PIN.',
    howTitle: 'Try this',
    how: [
      'On the phone, choose a line, press “Set up with this line” and choose a six-digit PIN.',
      'Press “Verify by mobile phone” and enter the birth date and number of the same line.',
      'Open the notification on the phone and enter the PIN: the code appears. Type it into the window.',
    ],
    people: 'Lines to try',
    peopleText: 'Type them into the window as they are. Nobody here is real.',
    columns: { who: 'Who', resident: 'Birth date-gender', phoneNumber: 'Mobile number' },
    copy: 'Copy',
    copied: 'Copied',
    texts: 'Text messages',
    textsText: 'A line that is not subscribed gets its code by text message, as before.',
    noTexts: 'None yet.',
    notes: {},
    verifiedTitle: 'You are verified',
    verifiedText: 'The shop’s server fetched the result itself.',
    result: {
      phoneNumber: 'Mobile number',
      birthDate: 'Birth date',
      gender: 'Gender',
      nationality: 'Nationality',
      channel: 'Verified by',
    },
    gender: { male: 'Male', female: 'Female' },
    nationality: { korean: 'Korean', foreigner: 'Foreign' },
    channel: { push: 'The app (push authentication protection)', sms: 'Text message', otp: 'The app’s OTP' },
    notVerifiedTitle: 'You were not verified',
    notVerified: (state) => REASONS.en[state] ?? 'The verification has not ended.',
    foreignReturnTitle: 'This verification did not begin in this browser',
    foreignReturn: 'Please start again.',
    again: 'Back to the start',
    phoneTitle: 'Phone',
    phoneNeedsScript: 'The phone needs JavaScript.',
  },
};
