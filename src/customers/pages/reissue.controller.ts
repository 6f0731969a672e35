import { Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BodyType } from '../../http/fastify.ts';
import { FormLimits } from '../../http/form-limits.ts';
import type { NamedPerson } from '../../lines/named-person.ts';
import type { Visitor } from '../../pages/visitor.ts';
import { Customers, type Customer } from '../customers.ts';
import { addressLimit, senderLimits } from '../limits.ts';
import { ReissueApplications } from '../reissue-applications.ts';
import { Reports } from '../reports.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';
import { parsePersonForm } from './read-person.ts';
import { readReissue } from './read-reissue.ts';
import { reissueFormPage, reissuePage, reissueStandingPage } from './reissue.pages.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

const STANDING = '/reissue/standing';
/** The cookie with the receipt number, for as long as a session of a logged-in customer idles. */
const RECEIPT = 'receipt';
const RECEIPT_SECONDS = 600;

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
    if (verified && (await this.applications.hasServed(verified.by))) {
      // The application was filed; another one takes another verification.
      void reply.redirect('/reissue', 303);
      return;
    }
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
    // The app's verification is good for one application; without one, each sender has a limit of its own.
    await this.limits.spend(
      addressLimit('reissue', request),
      ...(verified ? [] : senderLimits('reissue', request, person)),
    );
    const number = verified
      ? await this.applications.fileVerified(verified.customer.line.lineId, verified.by, wanted)
      : await this.applications.file(person, wanted, proof ?? { identityProof: 'id_card', reference: '' });
    if (number !== null) {
      // Filed within the limits above, which no one else can spend.
      if (wanted.cause === 'lost')
        await this.reports.file('lost_phone', { ...person, byLogin: verified !== undefined });
      keepNumber(visitor, number);
    }
    void reply.redirect(STANDING, 303);
  }

  @Post('standing')
  @RouteConfig(FORM)
  async look(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const { number: typed = '' } = visitor.form();
    await this.limits.spend(addressLimit('reissue standing', request));
    const application = await this.applications.find(typed);
    if (application) {
      keepNumber(visitor, application.number);
      void reply.redirect(STANDING, 303);
    } else this.pages.send(reply, reissuePage({ ...(await this.shown(visitor)), unknown: typed.slice(0, 40) }));
  }

  /** Shows the application whose receipt number this browser keeps. No address contains the number. */
  @Get('standing')
  async standing(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const application = await this.applications.find(visitor.kept(RECEIPT) ?? '');
    if (!application) {
      void reply.redirect('/reissue', 303);
      return;
    }
    keepNumber(visitor, application.number);
    this.pages.send(reply, reissueStandingPage(visitor, visitor.formToken(), application));
  }

  @Post('standing/withdraw')
  @RouteConfig(FORM)
  async withdraw(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    visitor.form();
    await this.applications.withdraw(visitor.kept(RECEIPT) ?? '');
    void reply.redirect(STANDING, 303);
  }

  /** Forgets the receipt number, for a browser that other people use too. */
  @Post('standing/leave')
  @RouteConfig(FORM)
  leave(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const visitor = this.pages.visitor(request, reply);
    visitor.form();
    visitor.keep(RECEIPT, '', 0);
    void reply.redirect('/reissue', 303);
  }

  /** Returns the customer whom the app verified within the last ten minutes for this application. */
  private async verifiedAt(visitor: Visitor): Promise<{ customer: Customer; by: string } | undefined> {
    const customer = await this.customers.at(visitor.digest);
    if (!customer) return undefined;
    const { isFresh, verifiedFor, verifiedBy, channel } = customer.session;
    const isForThis = isFresh && verifiedFor === 'reissue' && channel === 'push';
    if (!isForThis || verifiedBy === null) return undefined;
    return { customer, by: verifiedBy };
  }

  private async shown(visitor: Visitor): Promise<Parameters<typeof reissuePage>[0]> {
    const customer = await this.customers.at(visitor.digest);
    const known = customer && { known: customer.line.phoneNumber };
    return { reader: visitor, token: visitor.formToken(), ...known };
  }
}

function keepNumber(visitor: Visitor, number: string): void {
  visitor.keep(RECEIPT, number, RECEIPT_SECONDS);
}

function personOf({ line }: Customer): NamedPerson {
  return { phoneNumber: line.phoneNumber, ...line.owner };
}
