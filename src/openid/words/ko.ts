import type { BrandNames } from '../../pages/brand.ts';
import type { Sentence } from '../../pages/sentence.ts';
import type { LogInFault } from './keys.ts';

export const ko = ({ service }: BrandNames) => ({
  protectedBy: service,
  faults: {
    refused: {
      title: '이 사이트의 요청을 처리할 수 없습니다',
      text: '요청한 사이트의 설정이 올바르지 않습니다. 사이트 운영자에게 문의해 주세요.',
    },
    over: {
      title: '이미 끝났거나 유효 시간이 지난 요청입니다',
      text: '요청한 사이트에서 다시 시작해 주세요.',
    },
    elsewhere: {
      title: '다른 브라우저에서 시작한 요청입니다',
      text: '안전을 위해 처음 시작한 브라우저에서만 계속할 수 있습니다. 요청한 사이트에서 다시 시작해 주세요.',
    },
    busy: {
      title: '요청이 너무 많습니다',
      text: '잠시 후 요청한 사이트에서 다시 시작해 주세요.',
    },
    failed: {
      title: '지금은 본인확인을 할 수 없습니다',
      text: '일시적인 오류입니다. 잠시 후 다시 시도해 주세요.',
    },
  } satisfies Record<LogInFault, Sentence>,
  /** What the operator of the site needs in order to correct the request. */
  forOperators: '사이트 운영자용 정보',
  going: {
    title: '사이트로 돌아갑니다',
    text: '자동으로 이동하지 않으면 아래 버튼을 눌러 주세요.',
  } satisfies Sentence,
  goOn: '계속',
});
