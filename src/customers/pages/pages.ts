import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { Assets } from '../../pages/assets.ts';
import { sendPage, type Page } from '../../pages/page.ts';
import { Visitor } from '../../pages/visitor.ts';
import { Words } from '../../pages/words.ts';
import type { Intent } from '../intent.ts';
import { CUSTOMER_WORDS } from '../words/words.ts';

/** Shared by the controllers of pages: the visitor of a request, and sending a page. */
@Injectable()
export class Pages {
  constructor(
    private readonly assets: Assets,
    private readonly words: Words,
    private readonly environment: Environment,
  ) {}

  /** The browser of a request, with the website's session cookie. */
  visitor(request: FastifyRequest, reply: FastifyReply): Visitor {
    return new Visitor(request, reply, { name: 'session', issuer: this.environment.ISSUER }, this.words);
  }

  /** The purpose of a verification as the app shows it, in Korean like the purposes of other relying parties. */
  purposeOf(intent: Intent): string {
    return this.words.of(CUSTOMER_WORDS, 'ko').purposes[intent];
  }

  send(reply: FastifyReply, page: Page): void {
    void reply.send(sendPage(reply, this.assets, page));
  }
}
