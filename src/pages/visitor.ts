import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomToken } from '../crypto/random.ts';
import { sha256 } from '../crypto/sha256.ts';
import { Problem } from '../domain/problem.ts';
import { addressOf } from '../http/address.ts';
import { readCookie, setCookie } from '../http/cookies.ts';
import { formTokenOf, isFormTokenOf, isOwnPage, secretIn } from '../http/own-page.ts';
import type { Company } from './company.ts';
import { html, type Html } from './html.ts';
import { localeNamed, type Locale } from '../domain/locale.ts';
import { localeOf } from './locale.ts';
import type { Reader, RoomWords, Words } from './words.ts';

/** The maximum lifetime of a session cookie in seconds; sessions end earlier, in the database. */
const COOKIE_SECONDS = 43_200;
const LANGUAGE_SECONDS = 31_536_000;

/**
 * A browser that visits the service's pages: the secret in its cookie, and its language.
 * The secret exists from the first form on and changes at every login, so that an attacker cannot plant a known one
 * beforehand.
 */
export class Visitor implements Reader {
  readonly locale: Locale;
  private secret: string | undefined;

  constructor(
    readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly cookie: { name: string; issuer: string },
    private readonly texts: Words,
  ) {
    const { issuer, name } = cookie;
    const { lang } = request.query as { lang?: unknown };
    this.locale = localeOf(lang, localeOf(readCookie(request, 'lang', issuer)));
    if (typeof lang === 'string' && localeNamed(lang) === this.locale)
      setCookie(reply, { name: 'lang', value: this.locale, seconds: LANGUAGE_SECONDS }, issuer);
    this.secret = secretIn(readCookie(request, name, issuer));
  }

  /** The texts of a room in the visitor's language. */
  words<Texts extends object>(room: RoomWords<Texts>): Texts {
    return this.texts.of(room, this.locale);
  }

  /** The company behind the service. */
  get company(): Company {
    return this.texts.brand.company ?? {};
  }

  /** When the call centre answers, in the visitor's language. */
  get callCentreHours(): string | undefined {
    return this.texts.brand.callCentreHours?.[this.locale];
  }

  /** The digest by which the database identifies this browser; undefined while it has no cookie. */
  get digest(): Buffer | undefined {
    return this.secret === undefined ? undefined : sha256(this.secret);
  }

  /** The origin of a request, as the app shows it. */
  get endUser(): { ip: string; userAgent?: string } {
    const userAgent = this.request.headers['user-agent']?.slice(0, 512);
    return { ip: addressOf(this.request), ...(userAgent && { userAgent }) };
  }

  /** Sets a new secret; returns its digest. */
  renew(): Buffer {
    this.secret = randomToken(32);
    this.write(COOKIE_SECONDS);
    return sha256(this.secret);
  }

  /** Deletes the browser's secret. */
  forget(): void {
    this.secret = undefined;
    this.write(0);
  }

  /** A value that an earlier answer left in this browser with {@link keep}. */
  kept(name: string): string | undefined {
    return readCookie(this.request, name, this.cookie.issuer);
  }

  /** Leaves a short value in the browser, out of the address and the reach of scripts; none for 0 seconds. */
  keep(name: string, value: string, seconds: number): void {
    setCookie(this.reply, { name, value, seconds }, this.cookie.issuer);
  }

  /** A hidden field for the service's forms: only a page that was written for this browser contains it. */
  formToken(): Html {
    if (this.secret === undefined) this.renew();
    return html`<input type="hidden" name="form" value="${formTokenOf(this.secret ?? '')}" />`;
  }

  /** Reads the fields of one of the service's own forms. Problems: `form_outdated`. */
  form(): Readonly<Record<string, string>> {
    const { form = '', ...fields } = (this.request.body ?? {}) as Record<string, string>;
    const ours = this.secret !== undefined && isFormTokenOf(this.secret, form);
    if (!ours || !isOwnPage(this.request.headers, this.cookie.issuer)) {
      throw new Problem('form_outdated', 'Reload the page and send its form again.');
    }
    return fields;
  }

  private write(seconds: number): void {
    const { name, issuer } = this.cookie;
    setCookie(this.reply, { name, value: this.secret ?? '', seconds }, issuer);
  }
}
