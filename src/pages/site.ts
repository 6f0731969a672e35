import { companyIn } from './company.ts';
import { formatPhoneNumber } from '../domain/phone-number.ts';
import { html, type Html } from './html.ts';
import { languageSwitch } from './language-switch.ts';
import { SITE_WORDS } from './words/words.ts';
import type { Page } from './page.ts';
import type { Reader } from './words.ts';
import { SITE_PLACES, type SitePlace } from './site-places.ts';

/** A page of the customers' website: the common frame around its content. */
export function sitePage(page: {
  reader: Reader;
  title: string;
  /** The page's own path, for the language switch; the path of a form's answer shows that form again. */
  address: string;
  content: Html;
  place?: SitePlace;
  status?: number;
}): Page {
  const { reader, title, address, content, place, status } = page;
  const { locale } = reader;
  const messages = reader.words(SITE_WORDS);
  const body = html`<a class="skip" href="#content">${messages.skip}</a>
    <header class="site-header">
      <p class="mark site-name"><a href="/">${messages.name}</a></p>
      <div class="site-tools">
        ${languageSwitch(locale, address)}
        <a class="site-login" href="/my" ${place === '/my' && html`aria-current="page"`}>${messages.logIn}</a>
      </div>
      <nav class="site-nav" aria-label="${messages.navigation}">
        ${SITE_PLACES.filter((one) => one !== '/my').map(
          (one) => html`<a href="${one}" ${one === place && html`aria-current="page"`}>${messages.places[one]}</a>`,
        )}
      </nav>
    </header>
    <main class="site-main" id="content">${content}</main>
    <footer class="site-footer">
      <p>
        ${messages.callCentre}${reader.callCentreHours && html` <span class="hint">${reader.callCentreHours}</span>`}
      </p>
      <p class="hint">${messages.imprint}</p>
      <p class="site-legal">
        <a href="/terms">${messages.terms}</a> <a href="/privacy"><strong>${messages.privacy}</strong></a>
      </p>
      ${companyLines(reader)}
    </footer>`;
  return {
    locale,
    title: title === messages.name ? title : `${title} – ${messages.name}`,
    layout: 'site',
    body,
    opener: 'same-origin',
    script: 'site.js',
    ...(status !== undefined && { status }),
  };
}

/** What the law asks the service to name of the company; fields that it does not have are left out. */
function companyLines(reader: Reader): Html | false {
  const fields = companyIn(reader.company ?? {}, reader.locale);
  if (fields.length === 0) return false;
  const { company } = reader.words(SITE_WORDS);
  return html`<ul class="company">
    ${fields.map(([field, value]) => html`<li><span class="hint">${company[field]}</span> ${value}</li>`)}
  </ul>`;
}

/** One card in the middle that says how something ended, or why it cannot continue. Its heading gets the focus. */
export function endedCard(input: {
  kind: 'verified' | 'failed' | 'cancelled';
  title: string;
  text: Html | string;
  more?: Html;
}): Html {
  const { kind, title, text, more } = input;
  return html`<section class="card ended ${kind}">
    <div class="badge" aria-hidden="true"></div>
    <h1 tabindex="-1" autofocus>${title}</h1>
    <p class="lead">${text}</p>
    ${more}
  </section>`;
}

/** The number of the logged-in customer, in place of the fields that would ask for it. */
export function knownNumber(name: string, phoneNumber: string): Html {
  return html`<p class="known">${name} <strong>${formatPhoneNumber(phoneNumber)}</strong></p>`;
}

/** A link that looks like a button. */
export function linkButton(href: string, text: string, kind: 'primary' | 'secondary' = 'primary'): Html {
  return html`<a class="${kind}" href="${href}">${text}</a>`;
}

/** Names and values, one below the other. */
export function facts(rows: readonly (readonly [string, Html | string])[]): Html {
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
