import type { FastifyReply } from 'fastify';
import { randomToken } from '../crypto/random.ts';
import type { Assets } from './assets.ts';
import { html, json, type Html } from './html.ts';
import type { Locale } from '../domain/locale.ts';

/** One page, and how it may stand towards others. */
export interface Page {
  status?: number;
  locale: Locale;
  title: string;
  /** A class of the body, by which the stylesheet lays the page out. */
  layout: 'window' | 'phone' | 'demo' | 'site' | 'desk';
  body: Html;
  /** Name of the script, `window.js`; a page without one runs none. */
  script?: string;
  /** Pages of our own may frame it, or it may frame them; nobody else may, unless `framedBy` names them. */
  framing?: 'framed' | 'frames';
  /** Origins of others that may frame it all the same. */
  framedBy?: readonly string[];
  /** Its script compiles WebAssembly of its own, as the phone does for Argon2id. */
  compiles?: boolean;
  /** COOP; the hosted window sends none, for it has to reach whoever opened it. */
  opener?: 'same-origin' | 'same-origin-allow-popups';
}

/** Writes a page with the headers that hold it to what is written here: no inline script or style, no foreign frame. */
export function sendPage(reply: FastifyReply, assets: Assets, page: Page): string {
  const nonce = randomToken(16);
  void reply
    .status(page.status ?? 200)
    .type('text/html; charset=utf-8')
    .headers(headersOf(page, nonce));
  return `<!doctype html>\n${document(assets, page, nonce).text}`;
}

function document(assets: Assets, page: Page, nonce: string): Html {
  const { locale, title, layout, body, script } = page;
  const { words } = assets;
  return html`<html lang="${locale}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="format-detection" content="telephone=no" />
      <title>${title}</title>
      <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(words.brand.logo)}" />
      <link rel="stylesheet" href="${assets.address('style.css')}" />
      <link rel="stylesheet" href="${assets.brandStylesheet}" />
      ${
        script &&
        html`<script type="application/json" id="brand" nonce="${nonce}">
            ${json(words.brandIn(locale))}
          </script>
          <script type="module" nonce="${nonce}" src="${assets.address(script)}"></script>`
      }
    </head>
    <body class="${layout}">
      ${body}
    </body>
  </html>`;
}

function headersOf({ framing, framedBy = [], opener, compiles }: Page, nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'${compiles ? " 'wasm-unsafe-eval'" : ''}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-src ${framing === 'frames' ? "'self'" : "'none'"}`,
    `frame-ancestors ${[framing === 'framed' && "'self'", ...framedBy].filter(Boolean).join(' ') || "'none'"}`,
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...(opener && { 'Cross-Origin-Opener-Policy': opener }),
  };
}
