import { Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../config/environment.ts';
import { ineligibility, type IneligibilityCode } from '../domain/eligibility.ts';
import type { LineFacts } from '../domain/line.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import type { Taken } from '../http/fastify.ts';
import { checkPage, homePage, type TypedLine } from './home.page.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';

/** What the service is, and whether one may join. */
@ApiExcludeController()
@UseFilters(PageProblemFilter)
@Controller()
export class HomeController {
  constructor(
    private readonly pages: Pages,
    private readonly environment: Environment,
  ) {}

  @Get()
  home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { locale } = this.pages.visitor(request, reply);
    this.pages.send(reply, homePage(locale, this.environment.MONTHLY_FEE));
  }

  @Get('check')
  form(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const visitor = this.pages.visitor(request, reply);
    this.pages.send(reply, checkPage({ locale: visitor.locale, token: visitor.formToken() }));
  }

  /** Judges what somebody says of a line by the rules that a real one is judged by. Nothing is looked up or kept. */
  @Post('check')
  @RouteConfig({ takes: 'form' satisfies Taken })
  check(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const visitor = this.pages.visitor(request, reply);
    const typed = visitor.form();
    const { locale } = visitor;
    const answer = this.judge(typed);
    this.pages.send(reply, checkPage({ locale, token: visitor.formToken(), typed, answer }));
  }

  private judge(typed: TypedLine): IneligibilityCode[] | null {
    const line = lineOf(typed, this.environment.HOME_CARRIERS[0] ?? '');
    const today = seoulDay(new Date());
    if (!line || !parsePerson({ ...line.owner, today })) return null;
    const { HOME_CARRIERS: homeCarriers } = this.environment;
    return ineligibility({ line, homeCarriers, alreadySubscribed: false, today });
  }
}

const PHONES: ReadonlyMap<string, { os: string; formFactor: 'phone' | 'tablet' }> = new Map([
  ['android', { os: 'android', formFactor: 'phone' }],
  ['ios', { os: 'ios', formFactor: 'phone' }],
  ['tablet', { os: 'ios', formFactor: 'tablet' }],
  ['other', { os: 'other', formFactor: 'phone' }],
]);

/** The line that somebody describes; null where the description is not whole. */
function lineOf(typed: TypedLine, homeCarrier: string): LineFacts | null {
  const { carrier, holder, plan, phone = '', osVersion = '', birthDay = '' } = typed;
  const handset = PHONES.get(phone);
  const day = /^(18|19|20)(\d{6})$/.exec(birthDay.replace(/[\s.-]/g, ''));
  const isHolder = holder === 'self' || holder === 'corporate' || holder === 'other_party';
  const isPlan = plan === 'postpaid' || plan === 'prepaid' || plan === 'm2m';
  if ((carrier !== 'home' && carrier !== 'other') || !isHolder || !isPlan || !handset || !day) return null;
  if (!/^\d{1,3}(\.\d{1,4}){0,3}$/.test(osVersion.trim())) return null;
  const genderDigit = { '18': '9', '19': '1', '20': '3' }[day[1] ?? ''] ?? '1';
  return {
    lineId: '',
    phoneNumber: '',
    carrier: carrier === 'home' ? homeCarrier : '',
    status: 'active',
    holder,
    owner: { birthDate: day[2] ?? '', genderDigit },
    plan,
    handset: { ...handset, osVersion: osVersion.trim() },
  };
}
