import { Controller, Get, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { Customers, isProvedByPhone, type Customer } from '../customers.ts';
import type { NamedPerson } from '../../lines/named-person.ts';
import { addressLimit, ownLimit, senderLimits } from '../limits.ts';
import { REPORT_KINDS, type CustomerReportKind } from '../report.ts';
import { Reports } from '../reports.ts';
import { Problem } from '../../domain/problem.ts';
import type { BodyType } from '../../http/fastify.ts';
import { FormLimits } from '../../http/form-limits.ts';
import type { Page } from '../../pages/page.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';
import type { TypedPerson } from '../../pages/person-fields.ts';
import { parsePersonForm } from './read-person.ts';
import { newPhonePage, reportedPage, reportPage } from './report.pages.ts';
import type { Visitor } from '../../pages/visitor.ts';

/** Reports of a lost phone, a new phone and a forgotten PIN, with a login or without. */
@ApiExcludeController()
@UseFilters(PageProblemFilter)
@Controller()
export class ReportController {
  constructor(
    private readonly pages: Pages,
    private readonly customers: Customers,
    private readonly reports: Reports,
    private readonly limits: FormLimits,
    private readonly environment: Environment,
  ) {}

  @Get('lost-phone')
  async lostPhone(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.show('lost_phone', this.pages.visitor(request, reply), reply);
  }

  @Post('lost-phone')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async reportLoss(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    await this.take('lost_phone', visitor, reply, visitor.form());
  }

  @Get('forgotten-pin')
  async forgottenPin(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.show('forgotten_pin', this.pages.visitor(request, reply), reply);
  }

  @Post('forgotten-pin')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async reportForgottenPin(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    await this.take('forgotten_pin', visitor, reply, visitor.form());
  }

  @Get('new-phone')
  async newPhone(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.show('new_phone', this.pages.visitor(request, reply), reply);
  }

  /**
   * Enrols a new phone: immediately after verification by the old phone's app; without it, files a report that is
   * resolved once the carrier has reported the new handset.
   */
  @Post('new-phone')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async enrolNewPhone(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const form = visitor.form();
    if (form['way'] !== 'app') {
      await this.take('new_phone', visitor, reply, form);
      return;
    }
    const person = await this.person(visitor, form);
    if ('typed' in person) {
      await this.show('new_phone', visitor, reply, person.typed);
      return;
    }
    await this.limits.spend(addressLimit('new_phone', request));
    const loginIntent = {
      intent: 'new_phone',
      purpose: this.pages.purposeOf('new_phone'),
      endUser: visitor.endUser,
    } as const;
    await this.customers.begin(visitor.digest, person, loginIntent, () => visitor.renew());
    void reply.redirect('/code', 303);
  }

  @Get('reported/:kind')
  reported(@Param('kind') named: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const visitor = this.pages.visitor(request, reply);
    const kind = REPORT_KINDS.find((one) => one === named);
    if (!kind) throw new Problem('not_found', 'Return to the start page.');
    const { NEW_PHONE_WAIT_MINUTES: waitMinutes } = this.environment;
    this.pages.send(reply, reportedPage(visitor, kind, waitMinutes));
  }

  private async take(
    kind: CustomerReportKind,
    visitor: Visitor,
    reply: FastifyReply,
    form: Readonly<Record<string, string>>,
  ): Promise<void> {
    const customer = await this.customers.at(visitor.digest);
    const person = customer ? ownerOf(customer) : parsePersonForm(form);
    if ('typed' in person) {
      await this.show(kind, visitor, reply, person.typed);
      return;
    }
    const { request } = visitor;
    await this.limits.spend(
      ...(customer
        ? [ownLimit(kind, customer.line.lineId)]
        : [addressLimit(kind, request), ...senderLimits(kind, request, person)]),
    );
    await this.reports.file(kind, { ...person, byLogin: customer !== undefined && isProvedByPhone(customer) });
    void reply.redirect(`/reported/${kind}`, 303);
  }

  /** Returns the logged-in customer, or the person in the form. */
  private async person(
    visitor: Visitor,
    form: Readonly<Record<string, string>>,
  ): Promise<NamedPerson | { typed: TypedPerson }> {
    const customer = await this.customers.at(visitor.digest);
    return customer ? ownerOf(customer) : parsePersonForm(form);
  }

  private async show(
    kind: CustomerReportKind,
    visitor: Visitor,
    reply: FastifyReply,
    typed?: TypedPerson,
  ): Promise<void> {
    const customer = await this.customers.at(visitor.digest);
    const shown = {
      reader: visitor,
      token: visitor.formToken(),
      ...(customer && { known: customer.line.phoneNumber }),
      ...(typed && { typed }),
    };
    const { NEW_PHONE_WAIT_MINUTES: waitMinutes } = this.environment;
    const page: Page = kind === 'new_phone' ? newPhonePage({ ...shown, waitMinutes }) : reportPage(kind, shown);
    this.pages.send(reply, page);
  }
}

function ownerOf({ line: { phoneNumber, owner } }: Customer): NamedPerson {
  return { phoneNumber, ...owner };
}
