import { Injectable } from '@nestjs/common';
import { AuthenticationStatus, type RelyingPartyView } from '../authentication/status.ts';
import { Start } from '../authentication/start.ts';
import { Verify } from '../authentication/verify.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import type { LineFacts } from '../domain/line.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import { Problem } from '../domain/problem.ts';
import { Lines } from '../lines/lines.ts';
import type { NamedPerson } from '../lines/named-person.ts';
import { WEBSITE } from '../relying-parties/relying-parties.ts';
import type { CustomerVisit } from './customer-session.ts';
import type { Intent } from './intent.ts';
import { Subscriptions, type Enrolment } from '../subscriptions/subscriptions.ts';
import { CustomerSessionStore } from './customer-session.store.ts';

/** The intent of a login, and the browser that sent it. */
export interface LoginIntent {
  intent: Intent;
  /** Shown in the app, so that the person knows what the code will do. */
  purpose: string;
  terms?: string;
  endUser: { ip: string; userAgent?: string };
}

/** An enrolment as the page shows it. */
export interface ShownEnrolment extends Enrolment {
  /** The time at which the code was issued, ISO 8601. */
  at: string;
}

/** A verified customer and their line. */
export interface Customer {
  session: CustomerVisit;
  line: LineFacts;
}

/** True if the customer logged in with the phone and its PIN. A log-in by text message proves no more than the SIM. */
export function isProvedByPhone({ session: { channel } }: Customer): boolean {
  return channel === 'push';
}

/** Logs customers in. The website is a relying party of the service, like any other website. */
@Injectable()
export class Customers {
  constructor(
    private readonly store: CustomerSessionStore,
    private readonly starts: Start,
    private readonly statuses: AuthenticationStatus,
    private readonly verifying: Verify,
    private readonly lines: Lines,
    private readonly subscriptions: Subscriptions,
    private readonly keys: ServiceKeys,
  ) {}

  /**
   * Starts the verification of a person for an intent. `digest` is that of the browser; `renew` sets a new secret if no
   * customer is logged in. Problems: as `Start`.
   */
  async begin(
    digest: Buffer | undefined,
    person: NamedPerson,
    { intent, purpose, terms, endUser }: LoginIntent,
    renew: () => Buffer,
  ): Promise<void> {
    const { id } = await this.starts.start({ ...person, purpose, endUser }, WEBSITE.id, undefined, 'ours');
    const begun = { intent, terms: terms ?? null, authenticationId: id };
    if (digest && (await this.store.turnTo(digest, begun))) return;
    if (digest) await this.store.end(digest);
    await this.store.begin(renew(), begun);
  }

  /**
   * Returns the browser's verification in progress. Waits at most `waitSeconds` for a change of its state. Problems:
   * `session_ended`.
   */
  async underWay(
    digest: Buffer | undefined,
    waitSeconds = 0,
  ): Promise<{ session: CustomerVisit; authentication: RelyingPartyView }> {
    const session = digest && (await this.store.see(digest));
    if (!session?.authenticationId) throw sessionEnded();
    const authentication = await this.statuses.see(session.authenticationId, WEBSITE.id, waitSeconds);
    return { session, authentication };
  }

  /** Sends the wake-up push or the text message again. Problems: as `AuthenticationStatus.resend`, `session_ended`. */
  async resend(digest: Buffer | undefined): Promise<void> {
    const { authentication } = await this.underWay(digest);
    await this.statuses.resend(authentication.id, WEBSITE.id);
  }

  /** Abandons the verification in progress. A customer who was logged in before it stays logged in. */
  async abandon(digest: Buffer | undefined): Promise<{ loggedIn: boolean }> {
    const session = digest && (await this.store.see(digest));
    if (!digest || !session) return { loggedIn: false };
    if (session.authenticationId) {
      await this.statuses.cancel(session.authenticationId, WEBSITE.id).catch((error: unknown) => {
        // The authentication has already ended.
        if (!(error instanceof Problem)) throw error;
      });
    }
    return { loggedIn: await this.store.dropCheck(digest) };
  }

  /**
   * Verifies the typed code. On success logs the customer in and renews the browser's secret. Problems: as `Verify`,
   * `session_ended`.
   */
  async verifyCode(digest: Buffer | undefined, code: string, renew: () => Buffer): Promise<Customer> {
    const { authentication } = await this.underWay(digest);
    const { result } = await this.verifying.verify(authentication.id, { code }, WEBSITE);
    const line = await this.lines.byPhoneNumber(result.phoneNumber);
    const owner = line && parsePerson({ ...line.owner, today: seoulDay(new Date()) });
    // The line changed hands while the code was being verified.
    if (!line || owner?.birthDate !== result.birthDate || owner.gender !== result.gender) throw sessionEnded();
    const by = {
      authenticationId: authentication.id,
      lineId: line.lineId,
      personIndex: this.lines.personIndexesOf(line)[0],
      channel: result.channel,
    };
    // Protection began while the text message was on its way.
    if (result.channel === 'sms' && (await this.isProtected(line.lineId))) throw sessionEnded();
    const session = digest && (await this.store.verified(digest, renew(), by));
    if (!session) throw sessionEnded();
    return { session, line };
  }

  /**
   * Returns the customer who is logged in at a browser; undefined without one, or when the line has ended or belongs to
   * another person.
   */
  async at(digest: Buffer | undefined): Promise<Customer | undefined> {
    const session = digest && (await this.store.see(digest));
    if (!digest || !session?.lineId || !session.personIndex) return undefined;
    const { lineId, personIndex } = session;
    const registered = await this.lines.byId(lineId);
    const phoneNumber = registered?.phoneNumber ?? null;
    if (!registered || phoneNumber === null || registered.status === 'terminated') return undefined;
    const line = { ...registered, phoneNumber };
    if (!this.lines.personIndexesOf(line).some((index) => index.equals(personIndex))) return undefined;
    if (session.channel === 'sms' && !(await this.maySeeBySms(digest, session, lineId))) return undefined;
    return { session, line };
  }

  /**
   * A login by text message suffices until protection begins. After that it does not, except for the browser that
   * showed the code with which the protected phone was enrolled.
   */
  private async maySeeBySms(digest: Buffer, session: CustomerVisit, lineId: string): Promise<boolean> {
    if (!(await this.isProtected(lineId))) return true;
    const shown = this.readEnrolment(digest, session);
    return shown !== null && (await this.subscriptions.enrolmentState(shown.enrolmentCode)) === 'active';
  }

  private async isProtected(lineId: string): Promise<boolean> {
    return Boolean((await this.subscriptions.standingOnLine(lineId))?.protectedSince);
  }

  /** As {@link at}, for a page that requires a login. Problems: `session_ended`. */
  async loggedIn(digest: Buffer | undefined): Promise<Customer> {
    const customer = await this.at(digest);
    if (!customer) throw sessionEnded();
    return customer;
  }

  /** Ends the browser's session. */
  async logOut(digest: Buffer | undefined): Promise<void> {
    if (digest) await this.store.end(digest);
  }

  /** Stores the enrolment that the page shows, encrypted, so that the page can show it again. */
  async keepEnrolment(digest: Buffer, shown: ShownEnrolment): Promise<void> {
    await this.store.keepEnrolment(digest, this.keys.fields.encrypt(JSON.stringify(shown), placeOf(digest)));
  }

  /** Returns the enrolment that {@link keepEnrolment} stored; null if there is none. */
  readEnrolment(digest: Buffer, { enrolment }: CustomerVisit): ShownEnrolment | null {
    if (enrolment === null) return null;
    return JSON.parse(this.keys.fields.decrypt(enrolment, placeOf(digest)).toString('utf8')) as ShownEnrolment;
  }

  /** Deletes a batch of sessions that began more than an hour ago. Returns true if more may remain. */
  async purgeSessions(): Promise<boolean> {
    return this.store.purge();
  }
}

function placeOf(digest: Buffer): string {
  return `customer_sessions:enrolment:${digest.toString('base64url')}`;
}

/** `session_ended`: no customer is logged in in this browser, or no verification is in progress. */
export function sessionEnded(): Problem {
  return new Problem('session_ended', 'Log in again. A session ends after ten minutes without activity.');
}
