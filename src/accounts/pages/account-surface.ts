import type { Problem } from '../../domain/problem.ts';
import type { Page } from '../../pages/page.ts';
import type { Sentence } from '../../pages/sentence.ts';
import type { Visitor } from '../../pages/visitor.ts';
import type { FramedPage } from './account-page.ts';

/** What the desk and the console each have of their own in the pages that they share. */
export interface AccountSurface {
  home: '/operator' | '/console';
  /** The name of the session cookie. */
  cookie: string;
  /** Draws a page for a person who is not signed in. */
  page(visitor: Visitor, page: FramedPage): Page;
  /** The texts around the form that signs a person in. */
  signIn(visitor: Visitor): { title: string; hint?: string; joined?: string };
  /** The sentence for a problem that differs from the common one. */
  sentence(visitor: Visitor, problem: Problem): Sentence | undefined;
}
