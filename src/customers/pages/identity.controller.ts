import { Controller, Get, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import type { Intent } from '../intent.ts';
import { Customers, sessionEnded, type Customer } from '../customers.ts';
import { addressLimit } from '../limits.ts';
import { Identity, type NextStep } from '../identity.ts';
import { Problem } from '../../domain/problem.ts';
import { wholeCodeIn } from '../../domain/typed-text.ts';
import type { BodyType } from '../../http/fastify.ts';
import { FormLimits } from '../../http/form-limits.ts';
import { LegalTexts } from '../../pages/legal/legal-texts.ts';
import { writeVersions } from '../../consents/consents.ts';
import type { NamedPerson } from '../../lines/named-person.ts';
import {
  CODE_NOTES,
  codeEndedPage,
  verificationCodePage,
  joinPage,
  loginPage,
  refusedPage,
  type CodeNote,
} from './identity.pages.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';
import { parsePersonForm } from './read-person.ts';
import type { SitePlace } from '../../pages/site-places.ts';
import type { Visitor } from '../../pages/visitor.ts';
import { FollowQuery } from '../../windows/page/window-page.dto.ts';

/** The page of each intent, where the customer can start again. */
const PLACES: Readonly<Record<Intent, SitePlace>> = {
  join: '/join',
  login: '/my',
  cancel: '/cancel',
  new_phone: '/new-phone',
  reissue: '/reissue',
};

/** Joining and logging in: the person's data, the code, and the action that follows. */
@ApiExcludeController()
@UseFilters(PageProblemFilter)
@Controller()
export class IdentityController {
  constructor(
    private readonly pages: Pages,
    private readonly customers: Customers,
    private readonly identity: Identity,
    private readonly limits: FormLimits,
    private readonly legal: LegalTexts,
    private readonly environment: Environment,
  ) {}

  @Get('login')
  login(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const visitor = this.pages.visitor(request, reply);
    this.pages.send(reply, loginPage({ reader: visitor, token: visitor.formToken() }));
  }

  @Post('login')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async logIn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const person = parsePersonForm(visitor.form());
    if ('typed' in person) {
      this.pages.send(reply, loginPage({ reader: visitor, token: visitor.formToken(), typed: person.typed }));
      return;
    }
    await this.begin(visitor, reply, person, 'login');
  }

  @Get('join')
  async join(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const known = await this.freshAt(visitor);
    this.pages.send(reply, joinPage({ ...this.joinForm(visitor), ...(known && { known: known.line.phoneNumber }) }));
  }

  @Post('join')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async joinNow(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const form = visitor.form();
    const known = await this.freshAt(visitor);
    const person = known ? null : parsePersonForm(form);
    const agreed = [form['agree0'] === 'yes', form['agree1'] === 'yes'] as const;
    if (agreed.includes(false) || (person && 'typed' in person)) {
      const typed = person && ('typed' in person ? person.typed : { values: person, faults: [] });
      const wanted = this.legal.optional.filter((one) => form[one] === 'yes');
      const more = { wanted, ...(typed && { typed }), ...(known && { known: known.line.phoneNumber }) };
      this.pages.send(reply, joinPage({ ...this.joinForm(visitor), ...more, agreed }));
      return;
    }
    const versions = this.legal.agreed(this.legal.optional.filter((one) => form[one] === 'yes'));
    if (known) {
      await this.limits.spend(addressLimit('join', request));
      this.show(visitor, reply, await this.identity.join(known, visitor, versions));
    } else if (person && !('typed' in person))
      await this.begin(visitor, reply, person, 'join', writeVersions(versions));
  }

  @Get('code')
  async code(@Query('note') named: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const note = CODE_NOTES.find((one) => one === named);
    await this.showCode(this.pages.visitor(request, reply), reply, note);
  }

  /** Returns the state of the verification. The waiting page polls it. */
  @Get('code/state')
  async state(
    @Query() { wait, state: known }: FollowQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const look = async (seconds: number): Promise<string> =>
      (await this.customers.underWay(visitor.digest, seconds)).authentication.state;
    const state = await look(0)
      .then((now) => (now === known ? look(wait ?? 0) : now))
      .catch(sessionEndedAs('ended'));
    void reply.send({ state });
  }

  @Post('code')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async verifyCode(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    const code = wholeCodeIn(visitor.form()['code'] ?? '');
    if (code === null) {
      void reply.redirect('/code?note=incomplete', 303);
      return;
    }
    const { digest } = visitor;
    let customer: Customer;
    try {
      customer = await this.customers.verifyCode(digest, code, () => visitor.renew());
    } catch (error) {
      if (!(error instanceof Problem) || error.code === 'session_ended') throw error;
      // Redirects to a page, because reloading the answer to a form would send the form again.
      void reply.redirect(error.code === 'code_mismatch' ? '/code?note=mismatch' : '/code', 303);
      return;
    }
    this.show(visitor, reply, await this.identity.proceed(customer, visitor));
  }

  @Post('code/resend')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async resend(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    visitor.form();
    try {
      await this.customers.resend(visitor.digest);
    } catch (error) {
      if (!(error instanceof Problem) || error.code === 'session_ended') throw error;
      void reply.redirect('/code?note=too_soon', 303);
      return;
    }
    void reply.redirect('/code?note=resent', 303);
  }

  @Post('code/stop')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async stop(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    visitor.form();
    const { loggedIn } = await this.customers.abandon(visitor.digest);
    void reply.redirect(loggedIn ? '/my' : '/', 303);
  }

  @Post('logout')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async logOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = this.pages.visitor(request, reply);
    visitor.form();
    await this.customers.logOut(visitor.digest);
    visitor.forget();
    void reply.redirect('/', 303);
  }

  private async begin(
    visitor: Visitor,
    reply: FastifyReply,
    person: NamedPerson,
    intent: 'join' | 'login',
    terms?: string,
  ): Promise<void> {
    await this.limits.spend(addressLimit(intent, visitor.request));
    const loginIntent = {
      intent,
      purpose: this.pages.purposeOf(intent),
      endUser: visitor.endUser,
      ...(terms !== undefined && { terms }),
    };
    await this.customers.begin(visitor.digest, person, loginIntent, () => visitor.renew());
    void reply.redirect('/code', 303);
  }

  private show(visitor: Visitor, reply: FastifyReply, next: NextStep): void {
    if ('address' in next) void reply.redirect(next.address, 303);
    else this.pages.send(reply, refusedPage(visitor, next));
  }

  /** Shows the page of the verification in progress, or of its outcome. */
  private async showCode(visitor: Visitor, reply: FastifyReply, note?: CodeNote): Promise<void> {
    const underWay = await this.customers.underWay(visitor.digest).catch(sessionEndedAs(null));
    if (!underWay) {
      // A customer who goes back to this page after the code was accepted is logged in.
      if (!(await this.customers.at(visitor.digest))) throw sessionEnded();
      void reply.redirect('/my', 303);
      return;
    }
    const { session, authentication } = underWay;
    const { state } = authentication;
    const place = PLACES[session.intent];
    if (state === 'pending' || state === 'opened') {
      const shown = {
        reader: visitor,
        token: visitor.formToken(),
        authentication,
        place,
        now: new Date(),
        ...(note && { note }),
      };
      this.pages.send(reply, verificationCodePage(shown));
    } else if (state === 'verified') {
      // The code was accepted, but its response did not reach the browser.
      void reply.redirect(place, 303);
    } else this.pages.send(reply, codeEndedPage(visitor, state, place));
  }

  /** Returns the customer if they were verified within the last ten minutes. */
  private async freshAt(visitor: Visitor): Promise<Customer | undefined> {
    const customer = await this.customers.at(visitor.digest);
    return customer?.session.isFresh ? customer : undefined;
  }

  private joinForm(visitor: Visitor): Parameters<typeof joinPage>[0] {
    const { MONTHLY_FEE: monthlyFee } = this.environment;
    const optional = this.legal.optional.map((name) => ({ name, title: this.legal.title(name, visitor.locale) }));
    return { reader: visitor, token: visitor.formToken(), monthlyFee, optional };
  }
}

/** Turns `session_ended` into a state, for requests of a page that polls whether to reload. */
export function sessionEndedAs<State>(state: State): (error: unknown) => State {
  return (error) => {
    if (error instanceof Problem && error.code === 'session_ended') return state;
    throw error;
  };
}
