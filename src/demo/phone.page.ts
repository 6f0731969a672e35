import { AUTHENTICATOR_TERMS } from '../domain/authenticator.ts';
import { formatPhoneNumber } from '../domain/phone-number.ts';
import type { ShownLine } from './frame.ts';
import { html } from '../pages/html.ts';
import { languageSwitch } from '../pages/language-switch.ts';
import type { Reader } from '../pages/words.ts';
import { DEMO_WORDS } from './words/words.ts';
import type { Page } from '../pages/page.ts';

/**
 * A phone on the screen. Its script draws the display. The server provides what a phone gets from outside: the push
 * token that its platform would issue, the lines that its SIM may belong to, and the terms in force.
 */
export function phonePage(input: {
  reader: Reader;
  issuer: string;
  pushToken: string;
  /** The vendor code, given together with the serial number of a phone that the service enrolled. */
  vendorCode: string;
  lines: readonly ShownLine[];
}): Page {
  const { reader, issuer, pushToken, vendorCode } = input;
  const { locale } = reader;
  const messages = reader.words(DEMO_WORDS).shop;
  const lines = input.lines.map(({ lineId, phoneNumber, handset, note }) => ({
    lineId,
    phoneNumber: formatPhoneNumber(phoneNumber),
    note: messages.notes[lineId] ?? note,
    handset: { os: handset.os, osVersion: handset.osVersion },
  }));
  const body = html`${languageSwitch(locale, '/phone')}
    <main
      class="handset"
      id="phone"
      data-issuer="${issuer}"
      data-push-token="${pushToken}"
      data-vendor-code="${vendorCode}"
      data-terms="${AUTHENTICATOR_TERMS}"
      data-lines="${JSON.stringify(lines)}"
    >
      <div class="status-bar" aria-hidden="true"><span id="clock"></span><span class="signal"></span></div>
      <div class="banner" id="banner" role="status"></div>
      <div class="display" id="display"><noscript>${messages.phoneNeedsScript}</noscript></div>
      <p class="unseen" id="said" role="status"></p>
    </main>`;
  return {
    locale,
    title: messages.phoneTitle,
    layout: 'phone',
    script: 'phone.js',
    framing: 'framed',
    compiles: true,
    body,
  };
}
