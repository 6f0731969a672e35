import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { Problem } from '../../domain/problem.ts';
import type { Assets } from '../../pages/assets.ts';
import { Visitor } from '../../pages/visitor.ts';
import type { Admitted, RequestOfAccount } from './account-request.ts';
import type { AccountSurface } from './account-surface.ts';

/** Redirects a person to a page that must come before the requested one. */
export class RedirectFirst extends Error {
  constructor(readonly address: string) {
    super(`${address} comes first`);
  }
}

/**
 * Admits a person who is signed in at a surface. Throws `RedirectFirst` to the page that signs a person in, which leads
 * back to the requested one. Problems: `session_ended` for a form.
 */
export async function admit<Account>(
  context: ExecutionContext,
  door: {
    surface: AccountSurface;
    issuer: string;
    assets: Assets;
    sessions: { signedIn(digest: Buffer | undefined): Promise<Account | undefined> };
  },
): Promise<Admitted & { request: RequestOfAccount; account: Account; isForm: boolean }> {
  const { surface, issuer, assets, sessions } = door;
  const http = context.switchToHttp();
  const [request, reply] = [http.getRequest<RequestOfAccount>(), http.getResponse<FastifyReply>()];
  const isForm = request.method === 'POST';
  const visitor = new Visitor(request, reply, { name: surface.cookie, issuer }, assets.words);
  const { digest: session } = visitor;
  const account = await sessions.signedIn(session);
  if (account && session) return { request, reply, assets, visitor, session, account, isForm };
  if (isForm) throw new Problem('session_ended', 'Sign in again.');
  const then = request.url === surface.home ? '' : `?then=${encodeURIComponent(request.url)}`;
  throw new RedirectFirst(`${surface.home}/sign-in${then}`);
}

const OfOwnAccount = Reflector.createDecorator<true>();

/** Declares that a route is about the person's own account, so that it requires no permission beyond being signed in. */
export function OwnAccount(): MethodDecorator {
  return OfOwnAccount(true);
}

/** Whether a route is about the person's own account. */
export function isOfOwnAccount(reflector: Reflector, context: ExecutionContext): boolean {
  return (reflector.get(OfOwnAccount, context.getHandler()) as true | undefined) === true;
}
