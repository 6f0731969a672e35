import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { Assets } from '../../pages/assets.ts';
import { sendPage, type Page } from '../../pages/page.ts';
import { Visitor } from '../../pages/visitor.ts';

/** What the controllers of pages have in common: who looks, and how a page is sent. */
@Injectable()
export class Pages {
  constructor(
    private readonly assets: Assets,
    private readonly environment: Environment,
  ) {}

  /** A customer's browser. */
  visitor(request: FastifyRequest, reply: FastifyReply): Visitor {
    return new Visitor(request, reply, { name: 'session', issuer: this.environment.ISSUER });
  }

  send(reply: FastifyReply, page: Page): void {
    void reply.send(sendPage(reply, this.assets, page));
  }
}
