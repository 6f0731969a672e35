import type { BrandNames } from '../../pages/brand.ts';

export function ko({ service }: BrandNames) {
  return {
    title: service,
    description: '본인확인 인증번호를 이 휴대폰에서만 받는 앱',
    needsScript: '이 앱은 자바스크립트를 켜야 쓸 수 있습니다.',
  };
}
