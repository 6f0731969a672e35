import { Controller, Get, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../domain/problem.ts';
import type { BodyType } from '../../http/fastify.ts';
import { FormLimits } from '../../http/form-limits.ts';
import type { NamedPerson } from '../../lines/named-person.ts';
import type { Visitor } from '../../pages/visitor.ts';
import { Customers, type Customer } from '../customers.ts';
import { addressLimit, personLimits } from '../limits.ts';
import { applicationNotFound, ReissueApplications, type WantedReissue } from '../reissue-applications.ts';
import { Reports } from '../reports.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';
import { parsePersonForm } from './read-person.ts';
import { readReissue } from './read-reissue.ts';
import { reissueFormPage, reissuePage, reissueStandingPage } from './reissue.pages.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** The customer's own application for a reissue, with the app or without it, and where it stands. */
@ApiExcludeController()
@UseFilters(PageProblemFilter)
@Controller('reissue')
export class ReissueController {
  constructor(
    private readonly pages: Pages,
    private readonly customers: Customers,
    private readonly applications: ReissueApplications,
    private readonly reports: Reports,
    private readonly limits: FormLimits,
  ) {}

  @Get()
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    this.pages.send(reply, reissuePage(await this.shown(visitor)));
  }

  /** Starts a verification by the app, with a purpose that names the application. */
  @Post()
  @RouteConfig(FORM)
  async verify(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const form = visitor.form();
    const customer = await this.customers.at(visitor.digest);
    const person = customer ? personOf(customer) : parsePersonForm(form);
    if ('typed' in person) {
      this.pages.send(reply, reissuePage({ ...(await this.shown(visitor)), typed: person.typed }));
      return;
    }
    await this.limits.spend(addressLimit('reissue', request));
    const purpose = this.pages.purposeOf('reissue');
    const loginIntent = { intent: 'reissue', purpose, endUser: visitor.endUser } as const;
    await this.customers.begin(visitor.digest, person, loginIntent, () => visitor.renew());
    void reply.redirect('/code', 303);
  }

  @Get('apply')
  async form(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const verified = await this.verifiedAt(visitor);
    const known = verified && { known: verified.customer.line.phoneNumber };
    this.pages.send(reply, reissueFormPage({ reader: visitor, token: visitor.formToken(), ...known }));
  }

  @Post('apply')
  @RouteConfig(FORM)
  async apply(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const form = visitor.form();
    const verified = await this.verifiedAt(visitor);
    const { typed, wanted, proof } = readReissue(form, verified !== undefined);
    const person = verified ? personOf(verified.customer) : parsePersonForm(form);
    if ('typed' in person || !wanted || !(verified ?? proof)) {
      const shown = verified
        ? { known: verified.customer.line.phoneNumber }
        : { person: 'typed' in person ? person.typed : { values: person, faults: [] } };
      this.pages.send(reply, reissueFormPage({ reader: visitor, token: visitor.formToken(), typed, ...shown }));
      return;
    }
    await this.limits.spend(addressLimit('reissue', request), ...personLimits('reissue', person));
    const number = verified
      ? await this.applications.fileVerified(verified.customer.line.lineId, verified.by, wanted)
      : await this.applications.file(person, wanted, proof ?? { identityProof: 'id_card', reference: '' });
    await this.reportLoss(wanted, person);
    void reply.redirect(`/reissue/standing/${number}`, 303);
  }

  @Post('standing')
  @RouteConfig(FORM)
  async look(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const { number: typed = '' } = visitor.form();
    await this.limits.spend(addressLimit('reissue standing', request));
    const application = await this.applications.find(typed);
    if (application) void reply.redirect(`/reissue/standing/${application.number}`, 303);
    else this.pages.send(reply, reissuePage({ ...(await this.shown(visitor)), unknown: typed.slice(0, 40) }));
  }

  @Get('standing/:number')
  async standing(
    @Param('number') number: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const application = await this.applications.find(number);
    if (!application) throw applicationNotFound();
    this.pages.send(reply, reissueStandingPage(visitor, visitor.formToken(), application));
  }

  @Post('standing/:number/withdraw')
  @RouteConfig(FORM)
  async withdraw(
    @Param('number') number: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    visitor.form();
    const application = await this.applications.find(number);
    if (!application) throw applicationNotFound();
    await this.applications.withdraw(application.number);
    void reply.redirect(`/reissue/standing/${application.number}`, 303);
  }

  /** A lost phone is reported as on its own page, and within the limits of that page. */
  private async reportLoss({ cause }: WantedReissue, person: NamedPerson): Promise<void> {
    if (cause !== 'lost') return;
    try {
      await this.limits.spend(...personLimits('lost_phone', person));
    } catch (error) {
      // The loss was reported a moment ago, several times.
      if (error instanceof Problem && error.code === 'too_many_requests') return;
      throw error;
    }
    await this.reports.file('lost_phone', person);
  }

  /** Returns the customer whom the app verified within the last ten minutes for this application. */
  private async verifiedAt(visitor: Visitor): Promise<{ customer: Customer; by: string } | undefined> {
    const customer = await this.customers.at(visitor.digest);
    if (!customer) return undefined;
    const { isFresh, verifiedFor, verifiedBy, channel } = customer.session;
    const isForThis = isFresh && verifiedFor === 'reissue' && channel === 'push';
    return isForThis && verifiedBy !== null ? { customer, by: verifiedBy } : undefined;
  }

  private async shown(visitor: Visitor): Promise<Parameters<typeof reissuePage>[0]> {
    const customer = await this.customers.at(visitor.digest);
    const known = customer && { known: customer.line.phoneNumber };
    return { reader: visitor, token: visitor.formToken(), ...known };
  }
}

function personOf({ line }: Customer): NamedPerson {
  return { phoneNumber: line.phoneNumber, ...line.owner };
}
