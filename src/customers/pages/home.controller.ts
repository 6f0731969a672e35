import { Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { ineligibility, type IneligibilityCode } from '../../domain/eligibility.ts';
import type { LineFacts } from '../../domain/line.ts';
import { parsePerson, seoulDay } from '../../domain/person.ts';
import { compactText, visibleText } from '../../domain/typed-text.ts';
import type { BodyType } from '../../http/fastify.ts';
import { checkPage, customerHomePage, LINE_FIELDS, type LineField, type TypedLine } from './home.page.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';

/** The description of the service, and the eligibility check for visitors. */
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
    const visitor = this.pages.visitor(request, reply);
    const { MONTHLY_FEE: monthlyFee, JOIN_HOLD_HOURS: joinHoldHours } = this.environment;
    this.pages.send(reply, customerHomePage(visitor, { monthlyFee, joinHoldHours }));
  }

  @Get('check')
  form(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const visitor = this.pages.visitor(request, reply);
    this.pages.send(reply, checkPage({ reader: visitor, token: visitor.formToken() }));
  }

  /**
   * Checks a line as the visitor describes it, by the rules that apply to real lines. Reads no line and stores nothing.
   */
  @Post('check')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  check(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const visitor = this.pages.visitor(request, reply);
    const typed: TypedLine = visitor.form();
    const faults = faultsOf(typed);
    const answer = faults.length === 0 && { answer: this.judge(typed) };
    this.pages.send(reply, checkPage({ reader: visitor, token: visitor.formToken(), typed, faults, ...answer }));
  }

  private judge(typed: TypedLine): IneligibilityCode[] {
    const { HOME_CARRIERS: homeCarriers } = this.environment;
    const line = lineOf(typed, homeCarriers[0] ?? '');
    return ineligibility({
      line,
      homeCarriers,
      alreadySubscribed: false,
      simInDoubt: false,
      today: seoulDay(new Date()),
    });
  }
}

const PHONES: ReadonlyMap<string, { os: string; formFactor: 'phone' | 'tablet' }> = new Map([
  ['android', { os: 'android', formFactor: 'phone' }],
  ['ios', { os: 'ios', formFactor: 'phone' }],
  ['tablet', { os: 'ios', formFactor: 'tablet' }],
  ['other', { os: 'other', formFactor: 'phone' }],
]);

/** The gender digit that sets the century of a birth date. The check does not use the gender that it also implies. */
const CENTURIES: Readonly<Record<string, string>> = { '18': '9', '19': '1', '20': '3' };

const READABLE: Readonly<Record<LineField, (text: string) => boolean>> = {
  carrier: (text) => text === 'home' || text === 'other',
  holder: (text) => isHolder(text),
  plan: (text) => isPlan(text),
  phone: (text) => PHONES.has(text),
  osVersion: (text) => /^\d{1,3}(\.\d{1,4}){0,3}$/.test(visibleText(text)),
  birthDay: (text) => parsePerson({ ...ownerOf(text), today: seoulDay(new Date()) }) !== null,
};

/** The fields whose value is not valid. */
function faultsOf(typed: TypedLine): LineField[] {
  return LINE_FIELDS.filter((field) => !READABLE[field](typed[field] ?? ''));
}

/** The line that the visitor describes. */
function lineOf(typed: TypedLine, homeCarrier: string): LineFacts {
  const { carrier, holder = '', plan = '', phone = '', osVersion = '', birthDay = '' } = typed;
  const { os, formFactor } = PHONES.get(phone) ?? { os: 'other', formFactor: 'phone' };
  return {
    lineId: '',
    phoneNumber: '',
    carrier: carrier === 'home' ? homeCarrier : '',
    status: 'active',
    holder: isHolder(holder) ? holder : 'other_party',
    owner: ownerOf(birthDay),
    plan: isPlan(plan) ? plan : 'm2m',
    handset: { os, formFactor, osVersion: visibleText(osVersion) },
  };
}

function ownerOf(birthDay: string): LineFacts['owner'] {
  const [, century = '', birthDate = ''] = /^(18|19|20)(\d{6})$/.exec(compactText(birthDay).replaceAll('.', '')) ?? [];
  return { birthDate, genderDigit: CENTURIES[century] ?? '' };
}

function isHolder(text: string): text is LineFacts['holder'] {
  return text === 'self' || text === 'corporate' || text === 'other_party';
}

function isPlan(text: string): text is LineFacts['plan'] {
  return text === 'postpaid' || text === 'prepaid' || text === 'm2m';
}
