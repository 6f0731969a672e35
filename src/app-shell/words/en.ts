import type { BrandNames } from '../../pages/brand.ts';
import type { AppShellWords } from './words.ts';

export function en({ service }: BrandNames): AppShellWords {
  return {
    title: service,
    description: 'The app that receives verification codes on this phone only',
    needsScript: 'This app needs JavaScript.',
  };
}
