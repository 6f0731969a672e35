import { seoulTime } from '../../pages/format.ts';
import { html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { linkButton } from '../../pages/site.ts';
import { clientPage, pathIn, type ClientReader, type ConsolePlace } from './frame.ts';

/** A new secret, which is shown once. */
export function secretPage(
  reader: ClientReader,
  shown: {
    secret: string;
    what: 'webhook' | 'live' | 'test';
    /** Until when the former one serves; left out for a first one. */
    formerUntil?: Date;
    /** The page to go on to, within the pages of the client. */
    next: string;
  },
): Page {
  const { secrets: words } = reader.texts;
  const { secret, what, formerUntil, next } = shown;
  const place: ConsolePlace = what === 'webhook' ? 'webhooks' : 'app';
  const isFormerOver = formerUntil !== undefined && formerUntil <= new Date();
  const content = html`<section class="card">
    <h1>${words.title[what]}</h1>
    <p class="alert" role="status">${words.once}</p>
    <p class="shown-secret"><code>${secret}</code></p>
    <p>${words.keep[what]}</p>
    ${
      formerUntil !== undefined &&
      html`<p>${isFormerOver ? words.formerEnded : words.formerUntil(seoulTime(formerUntil, reader.locale))}</p>`
    }
    ${linkButton(pathIn(reader, next), words.kept, 'primary')}
  </section>`;
  // The address of a GET, for the language switch: the secret itself is not shown again.
  return clientPage({ reader, title: words.title[what], address: pathIn(reader, next), content, place });
}
