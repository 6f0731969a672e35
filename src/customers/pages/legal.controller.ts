import { Controller, Get, Param, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../domain/problem.ts';
import { LegalTexts } from '../../pages/legal/legal-texts.ts';
import { legalPage } from './legal.pages.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';

/** Terms, privacy policy and optional consents, each with all its versions. */
@ApiExcludeController()
@UseFilters(PageProblemFilter)
@Controller()
export class LegalController {
  constructor(
    private readonly pages: Pages,
    private readonly legal: LegalTexts,
  ) {}

  @Get('terms')
  terms(@Query('version') version: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.show('terms', '/terms', version, request, reply);
  }

  @Get('privacy')
  privacy(@Query('version') version: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.show('privacy', '/privacy', version, request, reply);
  }

  @Get('consents/:name')
  optional(
    @Param('name') name: string,
    @Query('version') version: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const document = this.legal.optional.find((one) => one === name);
    if (!document) throw new Problem('not_found', 'Return to the start page.');
    this.show(document, `/consents/${document}`, version, request, reply);
  }

  private show(name: string, path: string, version: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const versions = this.legal.versions(name) ?? [];
    const inEffect = this.legal.inEffect(name);
    const shown = version === undefined ? inEffect : versions.find(({ effective }) => effective === version);
    if (!shown || !inEffect) throw new Problem('not_found', 'Return to the start page.');
    const visitor = this.pages.visitor(request, reply);
    this.pages.send(reply, legalPage(visitor, { path, shown, inEffect, versions }));
  }
}
