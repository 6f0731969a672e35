import { Controller, Get, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../domain/problem.ts';
import type { BodyType } from '../../http/fastify.ts';
import { LegalTexts } from '../../pages/legal/legal-texts.ts';
import { Customers } from '../customers.ts';
import { MyData } from '../my-data.ts';
import { myDataPage, statementPage, statementsPage } from './my-data.pages.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** What is held about the logged-in customer, its erasure, and the monthly statements. */
@ApiExcludeController()
@UseFilters(PageProblemFilter)
@Controller('my')
export class MyDataController {
  constructor(
    private readonly pages: Pages,
    private readonly customers: Customers,
    private readonly data: MyData,
    private readonly legal: LegalTexts,
  ) {}

  @Get('data')
  async page(@Query('note') note: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const customer = await this.customers.loggedIn(visitor.digest);
    const [data, erasable] = await Promise.all([this.data.of(customer, 'page'), this.data.erasable(customer)]);
    const titleOf = (document: string) => this.legal.title(document, visitor.locale) || document;
    const optional = this.legal.optional.map((name) => ({ name, title: titleOf(name) }));
    const { retention } = this.data;
    const shown = { data, retention, erasable, optional, titleOf, note: typeof note === 'string' ? note : undefined };
    this.pages.send(reply, myDataPage({ reader: visitor, token: visitor.formToken(), ...shown }));
  }

  /** The same as a file for the customer. */
  @Get('data.json')
  async file(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const customer = await this.customers.loggedIn(visitor.digest);
    const { retention } = this.data;
    const held = { at: new Date().toISOString(), retention, ...(await this.data.of(customer, 'file')) };
    void reply
      .headers({
        'Content-Disposition': 'attachment; filename="my-data.json"',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      })
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(held, null, 2));
  }

  @Post('data/consent')
  @RouteConfig(FORM)
  async consent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const { document = '', agrees } = visitor.form();
    const customer = await this.customers.loggedIn(visitor.digest);
    await this.data.choose(customer, document, agrees === 'yes', visitor.locale);
    void reply.redirect('/my/data?note=chosen', 303);
  }

  @Post('data/erase')
  @RouteConfig(FORM)
  async erase(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    visitor.form();
    await this.data.erase(await this.customers.loggedIn(visitor.digest));
    void reply.redirect('/my/data?note=erased', 303);
  }

  @Get('statements')
  async statements(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const customer = await this.customers.loggedIn(visitor.digest);
    this.pages.send(reply, statementsPage(visitor, await this.data.statements(customer)));
  }

  @Get('statements/:month')
  async statement(
    @Param('month') month: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const customer = await this.customers.loggedIn(visitor.digest);
    const statement = (await this.data.statements(customer))?.find((one) => one.month === month);
    if (!statement) throw new Problem('not_found', 'Choose a month from the list of statements.');
    this.pages.send(reply, statementPage(visitor, customer.line.phoneNumber, statement));
  }
}
