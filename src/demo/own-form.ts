import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../domain/problem.ts';
import type { BodyType } from '../http/fastify.ts';
import { isOwnPage } from '../http/own-page.ts';
import { writeProblem } from '../http/problem.filter.ts';

/** A form of the demonstration's pages. */
export type Form = { Body: Readonly<Partial<Record<string, string>>> | undefined };

/** The options of a route that takes a form, and only from a page of this service: that of the shop or of the bank. */
export function ownForm(issuer: string, site: 'shop' | 'bank') {
  return {
    config: { bodyType: 'form' satisfies BodyType },
    preHandler: async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      if (isOwnPage(request.headers, issuer)) return;
      writeProblem(reply, new Problem('window_bound_elsewhere', `Send this request from the ${site}’s own page.`));
      await reply;
    },
  };
}
