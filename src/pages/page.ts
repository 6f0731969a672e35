import type { FastifyReply } from 'fastify';
import { randomToken } from '../crypto/random.ts';
import type { Assets } from './assets.ts';
import { dataUrl, type Brand } from './brand.ts';
import { html, json, type Html } from './html.ts';
import type { Locale } from '../domain/locale.ts';

/** The class of the body and the stylesheet of each layout. The letter is a page of the desk with rules for its paper. */
const LAYOUTS = {
  window: { bodyClass: 'window', stylesheet: 'window.css' },
  phone: { bodyClass: 'phone', stylesheet: 'app.css' },
  app: { bodyClass: 'app', stylesheet: 'app.css' },
  demo: { bodyClass: 'demo', stylesheet: 'demo.css' },
  site: { bodyClass: 'site', stylesheet: 'site.css' },
  desk: { bodyClass: 'desk', stylesheet: 'desk.css' },
  console: { bodyClass: 'desk', stylesheet: 'console.css' },
  docs: { bodyClass: 'docs-page', stylesheet: 'docs.css' },
  letter: { bodyClass: 'desk', stylesheet: 'letter.css' },
} as const;

type Layout = keyof typeof LAYOUTS;

/** One page, with its security policy towards other sites. */
export interface Page {
  status?: number;
  locale: Locale;
  title: string;
  /** A class of the body that selects the page's layout in the stylesheet. */
  layout: Layout;
  body: Html;
  /** Name of the script, such as `window.js`; a page without one runs no script. */
  script?: string;
  /**
   * `framed`: the service's own pages may frame this page. `frames`: this page may frame them. No other site may frame
   * it, unless `framedBy` names it.
   */
  framing?: 'framed' | 'frames';
  /** Origins of other sites that may frame the page. */
  framedBy?: readonly string[];
  /** The sources of CSP to which the page's form is sent, with all redirects after it; its own pages when left out. */
  formTarget?: string;
  /** What the page says to others of where the browser comes from; nothing when left out. */
  referrer?: 'strict-origin';
  /** True if the page's script compiles its own WebAssembly, as the phone does for Argon2id. */
  compiles?: boolean;
  /**
   * Set for the page of the app that people install: addresses of its manifest and of the icon for iOS, and its name there.
   * Its service worker stores the page, so that its policy names no nonce and allows the service's own scripts.
   */
  installable?: { manifest: string; icon: string; title: string };
  /** COOP. The hosted window sends none, because it must reach its opener. */
  opener?: 'same-origin' | 'same-origin-allow-popups';
}

/** Writes a page with headers that allow only its own content: no inline script or style, no foreign frame. */
export function sendPage(reply: FastifyReply, assets: Assets, page: Page): string {
  const nonce = randomToken(16);
  void reply
    .status(page.status ?? 200)
    .type('text/html; charset=utf-8')
    .headers(headersOf(page, nonce));
  return `<!doctype html>\n${document(assets, page, nonce).text}`;
}

function document(assets: Assets, page: Page, nonce: string): Html {
  const { locale, title, layout, body, script, installable } = page;
  const { words } = assets;
  const { bodyClass, stylesheet } = LAYOUTS[layout];
  return html`<html lang="${locale}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="format-detection" content="telephone=no" />
      <title>${title}</title>
      <link rel="icon" href="${dataUrl(words.brand.logo)}" />
      ${installable && installing(installable, words.brand.colour)}
      <link rel="stylesheet" href="${assets.address(stylesheet)}" />
      <link rel="stylesheet" href="${assets.brandStylesheet}" />
      ${
        script &&
        html`<script type="application/json" id="brand" nonce="${nonce}">
            ${json(words.scriptData(script, locale))}
          </script>
          <script type="module" nonce="${nonce}" src="${assets.address(script)}"></script>`
      }
    </head>
    <body class="${bodyClass}">
      ${body}
    </body>
  </html>`;
}

/** What browsers read to put the page on a phone's home screen. */
function installing({ manifest, icon, title }: NonNullable<Page['installable']>, colour: Brand['colour']): Html {
  return html`<link rel="manifest" href="${manifest}" />
    <link rel="apple-touch-icon" href="${icon}" />
    <meta name="mobile-web-app-capable" content="yes" />
    <meta name="apple-mobile-web-app-title" content="${title}" />
    <meta name="theme-color" content="${colour.light}" />`;
}

function headersOf(page: Page, nonce: string): Record<string, string> {
  const {
    framing,
    framedBy = [],
    opener,
    compiles,
    installable,
    formTarget = "'self'",
    referrer = 'no-referrer',
  } = page;
  const policy = [
    "default-src 'none'",
    `script-src ${installable ? "'self'" : `'nonce-${nonce}'`}${compiles ? " 'wasm-unsafe-eval'" : ''}`,
    ...(installable ? ["worker-src 'self'", "manifest-src 'self'"] : []),
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `form-action ${formTarget}`,
    "base-uri 'none'",
    `frame-src ${framing === 'frames' ? "'self'" : "'none'"}`,
    `frame-ancestors ${[framing === 'framed' && "'self'", ...framedBy].filter(Boolean).join(' ') || "'none'"}`,
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'Referrer-Policy': referrer,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    // The app reads QR codes with the camera.
    'Permissions-Policy': `camera=(${installable ? 'self' : ''}), microphone=(), geolocation=(), payment=(), usb=()`,
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...(opener && { 'Cross-Origin-Opener-Policy': opener }),
  };
}
