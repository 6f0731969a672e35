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

/** What a customer wants to do on the website, and from which browser. */
export interface LoginIntent {
  intent: Intent;
  /** Shown in the app, so that the person knows what the code will do. */
  purpose: string;
  terms?: string;
  endUser: { ip: string; userAgent?: string };
}

/** An enrolment as the page shows it. */
export interface ShownEnrolment extends Enrolment {
  /** ISO 8601, when the code was made. */
  at: string;
}

/** Somebody who was verified, and the line that is theirs. */
export interface Customer {
  session: CustomerVisit;
  line: LineFacts;
}

/** Customers come in as at any website: by the service itself, of which our own website is a relying party. */
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
   * Starts the verification of a person for an intent. `digest` is that of the browser's session; without a login,
   * `renew` gives the browser a new secret. Problems: as `Start`.
   */
  async begin(
    digest: Buffer | undefined,
    person: NamedPerson,
    { intent, purpose, terms, endUser }: LoginIntent,
    renew: () => Buffer,
  ): Promise<void> {
    const { id } = await this.starts.start({ ...person, purpose, endUser }, WEBSITE.id, undefined);
    const begun = { intent, terms: terms ?? null, authenticationId: id };
    if (digest && (await this.store.turnTo(digest, begun))) return;
    if (digest) await this.store.end(digest);
    await this.store.begin(renew(), begun);
  }

  /** What is under way in a browser, after `waitSeconds` at most. Problems: `session_ended`. */
  async underWay(
    digest: Buffer | undefined,
    waitSeconds = 0,
  ): Promise<{ session: CustomerVisit; authentication: RelyingPartyView }> {
    const session = digest && (await this.store.see(digest));
    if (!session?.authenticationId) throw sessionEnded();
    const authentication = await this.statuses.see(session.authenticationId, WEBSITE.id, waitSeconds);
    return { session, authentication };
  }

  /** The wake-up, or the text message, again. Problems: as `Follow.resend`, `session_ended`. */
  async resend(digest: Buffer | undefined): Promise<void> {
    const { authentication } = await this.underWay(digest);
    await this.statuses.resend(authentication.id, WEBSITE.id);
  }

  /** Abandons a verification under way. A customer who was logged in stays logged in. */
  async abandon(digest: Buffer | undefined): Promise<{ loggedIn: boolean }> {
    const session = digest && (await this.store.see(digest));
    if (!digest || !session) return { loggedIn: false };
    if (session.authenticationId) {
      await this.statuses.cancel(session.authenticationId, WEBSITE.id).catch((error: unknown) => {
        // It had ended by itself.
        if (!(error instanceof Problem)) throw error;
      });
    }
    return { loggedIn: await this.store.dropCheck(digest) };
  }

  /** Tries the code that was typed; right, and the browser has a new secret. Problems: as `Verify`, `session_ended`. */
  async verifyCode(digest: Buffer | undefined, code: string, renew: () => Buffer): Promise<Customer> {
    const { authentication } = await this.underWay(digest);
    const { result } = await this.verifying.verify(authentication.id, { code }, WEBSITE);
    const line = await this.lines.byPhoneNumber(result.phoneNumber);
    const owner = line && parsePerson({ ...line.owner, today: seoulDay(new Date()) });
    // The line changed hands while the code was on its way back.
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

  /** The customer who is logged in at a browser. Undefined without a session, or when the line's owner or number has changed. */
  async at(digest: Buffer | undefined): Promise<Customer | undefined> {
    const session = digest && (await this.store.see(digest));
    if (!digest || !session?.lineId || !session.personIndex) return undefined;
    const { lineId, personIndex } = session;
    const line = await this.lines.byId(lineId);
    if (!line || line.status === 'terminated') return undefined;
    if (!this.lines.personIndexesOf(line).some((index) => index.equals(personIndex))) return undefined;
    if (session.channel === 'sms' && !(await this.maySeeBySms(digest, session, lineId))) return undefined;
    return { session, line };
  }

  /**
   * A text message is enough until protection begins. Afterwards it is not, but for the very browser that showed the
   * code with which the protected phone was enrolled.
   */
  private async maySeeBySms(digest: Buffer, session: CustomerVisit, lineId: string): Promise<boolean> {
    if (!(await this.isProtected(lineId))) return true;
    const shown = this.readEnrolment(digest, session);
    return shown !== null && (await this.subscriptions.enrolmentState(shown.enrolmentCode)) === 'active';
  }

  private async isProtected(lineId: string): Promise<boolean> {
    return Boolean((await this.subscriptions.standingOnLine(lineId))?.protectedSince);
  }

  /** As {@link at}. Problems: `session_ended`. */
  async loggedIn(digest: Buffer | undefined): Promise<Customer> {
    const customer = await this.at(digest);
    if (!customer) throw sessionEnded();
    return customer;
  }

  async logOut(digest: Buffer | undefined): Promise<void> {
    if (digest) await this.store.end(digest);
  }

  /** Keeps what the page shows of an enrolment, so that it can be shown again. */
  async keepEnrolment(digest: Buffer, shown: ShownEnrolment): Promise<void> {
    await this.store.keepEnrolment(digest, this.keys.fields.encrypt(JSON.stringify(shown), placeOf(digest)));
  }

  /** What {@link keepEnrolment} kept; null when there is nothing. */
  readEnrolment(digest: Buffer, { enrolment }: CustomerVisit): ShownEnrolment | null {
    if (enrolment === null) return null;
    return JSON.parse(this.keys.fields.decrypt(enrolment, placeOf(digest)).toString('utf8')) as ShownEnrolment;
  }

  async purgeSessions(): Promise<void> {
    await this.store.purge();
  }
}

function placeOf(digest: Buffer): string {
  return `customer_sessions:enrolment:${digest.toString('base64url')}`;
}

function sessionEnded(): Problem {
  return new Problem('session_ended', 'Log in again. A session ends after ten minutes without activity.');
}
