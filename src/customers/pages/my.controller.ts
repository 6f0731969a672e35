import { Controller, Get, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import { Environment } from '../../../config/environment.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Customers, type Customer } from '../customers.ts';
import { addressLimit } from '../limits.ts';
import { MyService } from '../my-service.ts';
import { registrationNotFound } from '../../authenticators/registrations/registrations.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { pollUntil } from './poll-until.ts';
import type { BodyType } from '../../http/fastify.ts';
import { FormLimits } from '../../http/form-limits.ts';
import { Metrics } from '../../http/metrics.ts';
import { recordShownRefusal } from '../../http/record-refusal.ts';
import { isOfTextedNumber } from '../../lifecycle/code-texts.ts';
import { Problem } from '../../domain/problem.ts';
import type { Visitor } from '../../pages/visitor.ts';
import { enrolPage, UNSENT, type TextedLink } from './enrol.page.ts';
import { sessionEndedAs } from './identity.controller.ts';
import { cancelPage, myPage, receiptPage } from './my.pages.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';
import { parsePersonForm } from './read-person.ts';
import { FollowQuery } from '../../windows/page/window-page.dto.ts';

const OPAQUE_ID = new OpaqueId(registrationNotFound);

/** The customer's own pages: the overview, the enrolment of the app, and cancelling. */
@ApiExcludeController()
@UseFilters(PageProblemFilter)
@Controller()
export class MyController {
  constructor(
    private readonly pages: Pages,
    private readonly customers: Customers,
    private readonly service: MyService,
    private readonly limits: FormLimits,
    private readonly metrics: Metrics,
    private readonly environment: Environment,
  ) {}

  @Get('my')
  async my(@Query('note') note: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const customer = await this.customers.at(visitor.digest);
    if (!customer) {
      void reply.redirect('/login', 303);
      return;
    }
    const overview = await this.service.overview(customer);
    const { phoneNumber } = customer.line;
    this.pages.send(reply, myPage({ reader: visitor, token: visitor.formToken(), phoneNumber, overview, note }));
  }

  @Get('enrol')
  async enrol(@Query('sent') sent: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.showEnrolment(this.pages.visitor(request, reply), reply, sent === '1' ? 'sent' : undefined);
  }

  /** Returns the state of the enrolment. The page polls it while it waits for the app. */
  @Get('enrol/state')
  async enrolState(
    @Query() { wait, state: known }: FollowQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { digest } = this.pages.visitor(request, reply);
    const look = async (): Promise<string> => {
      const customer: Customer = await this.customers.loggedIn(digest);
      const enrolment = digest && (await this.service.enrolment(customer, digest));
      return enrolment?.state ?? 'ended';
    };
    const state = await pollUntil(wait ?? 0, look, (now) => now !== known).catch(sessionEndedAs('ended'));
    void reply.send({ state });
  }

  /** Issues a new enrolment code for a customer who was just verified. */
  @Post('enrol')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async newCode(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    visitor.form();
    await this.limits.spend(addressLimit('enrol', request));
    const customer = await this.customers.loggedIn(visitor.digest);
    if (visitor.digest) await this.service.newCode(customer, visitor.digest);
    void reply.redirect('/enrol', 303);
  }

  /** Texts the link of the shown code to the customer's own number. The page that shows the code says why it was not sent. */
  @Post('enrol/text')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async textLink(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    visitor.form();
    const customer = await this.customers.loggedIn(visitor.digest);
    try {
      await this.limits.spend(addressLimit('enrol text', request));
      if (visitor.digest) await this.service.textLink(customer, visitor.digest);
    } catch (error) {
      const refused = error instanceof Problem ? UNSENT.find((code) => code === error.code) : undefined;
      if (!(error instanceof Problem) || !refused) throw error;
      recordShownRefusal({ error, problem: error, request, reply }, this.metrics);
      await this.showEnrolment(visitor, reply, isOfTextedNumber(error) ? 'too_many_texts' : refused);
      return;
    }
    void reply.redirect('/enrol?sent=1', 303);
  }

  private async showEnrolment(visitor: Visitor, reply: FastifyReply, text: TextedLink | undefined): Promise<void> {
    const customer = await this.customers.loggedIn(visitor.digest);
    const enrolment = visitor.digest && (await this.service.enrolment(customer, visitor.digest));
    if (!enrolment) {
      void reply.redirect('/my', 303);
      return;
    }
    const { ISSUER: issuer } = this.environment;
    const userAgent = visitor.request.headers['user-agent'] ?? '';
    const onPhone = /\bMobi/.test(userAgent);
    const store = storeFor(userAgent, this.environment);
    const page = {
      reader: visitor,
      token: visitor.formToken(),
      ...enrolment,
      now: new Date(),
      issuer,
      onPhone,
      store,
      text,
    };
    this.pages.send(reply, enrolPage(page));
  }

  /**
   * Revokes an institution's registration. Another subscriber's registration gets the same answer as one that does not
   * exist.
   */
  @Post('my/registrations/revoke')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const { registration = '' } = visitor.form();
    const customer = await this.customers.loggedIn(visitor.digest);
    await this.service.revoke(customer, OPAQUE_ID.transform(registration));
    void reply.redirect('/my?note=revoked', 303);
  }

  @Get('cancel')
  async cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const customer = await this.customers.at(visitor.digest);
    const known = customer && { known: customer.line.phoneNumber };
    this.pages.send(reply, cancelPage({ reader: visitor, token: visitor.formToken(), ...known }));
  }

  /** Starts another verification of the customer, with a purpose that names the cancellation. */
  @Post('cancel')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async cancelNow(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const form = visitor.form();
    const customer = await this.customers.at(visitor.digest);
    const person = customer
      ? { phoneNumber: customer.line.phoneNumber, ...customer.line.owner }
      : parsePersonForm(form);
    if ('typed' in person) {
      this.pages.send(reply, cancelPage({ reader: visitor, token: visitor.formToken(), typed: person.typed }));
      return;
    }
    await this.limits.spend(addressLimit('cancel', request));
    const loginIntent = {
      intent: 'cancel',
      purpose: this.pages.purposeOf('cancel'),
      endUser: visitor.endUser,
    } as const;
    await this.customers.begin(visitor.digest, person, loginIntent, () => visitor.renew());
    void reply.redirect('/code', 303);
  }

  @Get('cancelled')
  async cancelled(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const customer = await this.customers.loggedIn(visitor.digest);
    const receipt = await this.service.receipt(customer);
    if (receipt) this.pages.send(reply, receiptPage(visitor, customer.line.phoneNumber, receipt));
    else void reply.redirect('/my', 303);
  }
}

/** The store of the phone's system, if the native app is offered there. */
function storeFor(userAgent: string, { ANDROID_STORE_URL, IOS_STORE_URL }: Environment): string | undefined {
  if (/\b(iPhone|iPod)\b/.test(userAgent)) return IOS_STORE_URL;
  return /\bAndroid\b/.test(userAgent) && /\bMobi/.test(userAgent) ? ANDROID_STORE_URL : undefined;
}
