import type { AuthenticatorFault, ChosenPasswordFault } from '../../domain/account.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import type { Sentence } from '../../pages/sentence.ts';

export const ko = () => ({
  frame: {
    skip: '본문으로 바로 가기',
    navigation: '주요 메뉴',
    password: '비밀번호',
    authenticator: '인증 앱',
    signOut: '로그아웃',
    signInAgain: '다시 로그인',
    home: '처음으로',
  },
  signIn: {
    login: '아이디',
    password: '비밀번호',
    code: '인증 앱 코드 6자리',
    codeHint: '코드는 30초마다 바뀌며 한 번만 사용할 수 있습니다.',
    submit: '로그인',
    wrong: '로그인하지 못했습니다. 아이디, 비밀번호, 인증 앱 코드를 확인해 주세요. 5번 틀리면 15분 동안 잠깁니다.',
  },
  choose: {
    title: '비밀번호 변경',
    initial: '초기 비밀번호로 로그인했습니다. 본인만 아는 비밀번호로 변경한 뒤 이용할 수 있습니다.',
    present: '현재 비밀번호',
    chosen: '새 비밀번호',
    chosenHint: '12자 이상 입력합니다. 길고 외우기 쉬운 문장을 권장합니다.',
    again: '새 비밀번호 확인',
    submit: '변경',
    faults: {
      short: '새 비밀번호는 12자 이상이어야 합니다.',
      long: '새 비밀번호는 200자 이하여야 합니다.',
      different: '새 비밀번호가 서로 일치하지 않습니다.',
      same: '현재와 다른 비밀번호를 입력해 주세요.',
      wrong: '현재 비밀번호가 일치하지 않습니다.',
    } satisfies Record<ChosenPasswordFault, string>,
  },
  /** Lists that can be filtered and turned over. */
  list: {
    all: '전체',
    from: '시작일(한국 시간)',
    until: '종료일(한국 시간)',
    filter: '조회',
    newest: '최신',
    older: '이전',
  },
  authenticator: {
    title: '인증 앱 변경',
    lead: '휴대폰을 바꾸었거나 기존 키가 노출되었을 때 변경합니다. 다른 기기에서는 로그아웃됩니다.',
    present: '비밀번호',
    old: '현재 인증 앱 코드 6자리',
    oldHint: '코드는 한 번만 사용할 수 있습니다. 방금 로그인했다면 다음 코드를 기다리세요.',
    newOne: '새 인증 앱',
    scan: '인증 앱으로 이 코드를 스캔한 뒤, 앱에 나오는 6자리 숫자를 입력하세요.',
    qrLabel: '인증 앱용 QR 코드',
    type: '스캔할 수 없으면 이 키를 앱에 입력하세요.',
    code: '앱에 나온 6자리 숫자',
    submit: '변경',
    lost: '현재 인증 앱이 없으면 여기에서 변경할 수 없습니다.',
    faults: {
      code: '새 인증 앱의 코드가 맞지 않습니다. 아래 QR 코드를 다시 스캔하고 지금 나오는 6자리를 입력하세요. 변경하지 않았습니다.',
      wrong:
        '비밀번호나 현재 인증 앱의 코드가 맞지 않거나 이미 사용한 코드입니다. 5번 틀리면 15분 동안 잠깁니다. 변경하지 않았습니다.',
    } satisfies Record<AuthenticatorFault, string>,
  },
  done: {
    password: '비밀번호를 변경했습니다.',
    authenticator: '인증 앱을 변경했습니다. 이제부터 새 인증 앱의 코드로 로그인하세요.',
  },
  problems: {
    form_outdated: {
      title: '페이지가 만료되었습니다',
      text: '페이지를 다시 열어 주세요. 입력한 내용은 처리되지 않았습니다.',
    },
    session_ended: {
      title: '로그인이 만료되었습니다',
      text: '15분 동안 사용하지 않았거나 로그인 후 8시간이 지났습니다. 입력한 내용은 처리되지 않았습니다.',
    },
    too_many_requests: { title: '잠시 후 다시 시도해 주세요', text: '짧은 시간에 요청이 너무 많았습니다.' },
    service_unavailable: {
      title: '지금은 처리할 수 없습니다',
      text: '잠시 후 다시 시도해 주세요. 입력한 내용은 처리되지 않았습니다.',
    },
    not_found: { title: '페이지를 찾을 수 없습니다', text: '주소가 잘못되었거나, 가리키던 것이 이제 없습니다.' },
    invalid_request: { title: '입력을 확인해 주세요', text: '여기에서 사용할 수 없는 값이 있습니다.' },
  } satisfies Partial<Record<ProblemCode, Sentence>> as Partial<Record<ProblemCode, Sentence>>,
  failed: { title: '처리하지 못했습니다', text: '시스템 오류가 발생해 기록했습니다. 잠시 후 다시 시도해 주세요.' },
  notPermitted: (roles: string): Sentence => ({
    title: '권한이 없습니다',
    text: `이 작업의 권한: ${roles}. 필요하면 해당 역할의 동료에게 요청하세요.`,
  }),
});
