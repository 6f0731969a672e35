import { formatPhoneNumber } from '../domain/phone-number.ts';
import { html, type Html } from './html.ts';
import { languageSwitch } from './language-switch.ts';
import { SITE_WORDS } from './words/languages.ts';
import type { Page } from './page.ts';
import type { Reader } from './words.ts';
import { SITE_PLACES, type SitePlace } from './site-places.ts';

/** A page of the customers' website: the frame around what is particular to it. */
export function sitePage(page: {
  reader: Reader;
  title: string;
  /** The page's own address, for the language switch; one that a form was sent to shows its form again. */
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
      ${languageSwitch(locale, address)}
      <nav class="site-nav" aria-label="${messages.navigation}">
        ${SITE_PLACES.map(
          (one) => html`<a href="${one}" ${one === place && html`aria-current="page"`}>${messages.places[one]}</a>`,
        )}
      </nav>
    </header>
    <main class="site-main" id="content">${content}</main>
    <footer class="site-footer">
      <p>${messages.callCentre}</p>
      <p class="hint">${messages.imprint}</p>
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

/** One card in the middle: how something ended, or why it cannot go on. Its heading is where the reader is taken. */
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

/** The number of who is logged in, in the place of the fields that would ask for it. */
export function knownNumber(name: string, phoneNumber: string): Html {
  return html`<p class="known">${name} <strong>${formatPhoneNumber(phoneNumber)}</strong></p>`;
}

/** A link that looks like the button it stands in for. */
export function linkButton(href: string, text: string, kind: 'primary' | 'secondary' = 'primary'): Html {
  return html`<a class="${kind}" href="${href}">${text}</a>`;
}

/** Names and values, one under the other. */
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
