import type { ProblemCode } from '../../domain/problem.ts';
import type { SitePlace } from '../site-places.ts';

export interface Sentence {
  title: string;
  text: string;
}

export interface SiteWords {
  name: string;
  skip: string;
  navigation: string;
  places: Record<SitePlace, string>;
  callCentre: string;
  imprint: string;
  home: string;
  problems: Partial<Record<ProblemCode, Sentence>>;
  failed: Sentence;
}
