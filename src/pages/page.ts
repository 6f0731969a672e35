import type { FastifyReply } from 'fastify';
import { randomToken } from '../crypto/random.ts';
import type { Assets } from './assets.ts';
import { html, type Html } from './html.ts';
import type { Locale } from './locale.ts';

/** One page, with its security policy towards other sites. */
export interface Page {
  status?: number;
  locale: Locale;
  title: string;
  /** A class of the body that selects the page's layout in the stylesheet. */
  layout: 'window' | 'phone' | 'demo' | 'site' | 'desk';
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
  /** Whether its script compiles its own WebAssembly, as the phone does for Argon2id. */
  compiles?: boolean;
  /** COOP. The hosted window sends none, because it must reach its opener. */
  opener?: 'same-origin' | 'same-origin-allow-popups';
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%231f4fd8' d='M16 2 4 7v8c0 8 5 13 12 15 7-2 12-7 12-15V7z'/%3E%3Cpath fill='none' stroke='%23fff' stroke-width='3' d='m10 16 4 4 8-8'/%3E%3C/svg%3E";

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
  const { locale, title, layout, body, script } = page;
  return html`<html lang="${locale}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="format-detection" content="telephone=no" />
      <title>${title}</title>
      <link rel="icon" href="${ICON}" />
      <link rel="stylesheet" href="${assets.address('style.css')}" />
      ${script && html`<script type="module" nonce="${nonce}" src="${assets.address(script)}"></script>`}
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
