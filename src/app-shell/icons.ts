import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

/** An icon of the app. `inner` is the share of the width that the logo takes. */
interface Icon {
  name: string;
  /** Width and height in pixels. */
  size: number;
  inner: number;
  background: 'white' | 'none';
  /** As the manifest names it; undefined for an icon that only pages name. */
  purpose?: 'any' | 'maskable';
}

/**
 * The icons that installing needs: 192 and 512 pixels for Chromium, one that Android may cut to any shape (its outer fifth is
 * lost: W3C, safe zone of maskable icons), 180 for iOS, and one for notifications.
 */
export const ICONS: readonly Icon[] = [
  { name: 'icon-192.png', size: 192, inner: 0.9, background: 'none', purpose: 'any' },
  { name: 'icon-512.png', size: 512, inner: 0.9, background: 'none', purpose: 'any' },
  { name: 'icon-maskable-512.png', size: 512, inner: 0.6, background: 'white', purpose: 'maskable' },
  { name: 'icon-180.png', size: 180, inner: 0.75, background: 'white' },
  { name: 'badge-96.png', size: 96, inner: 1, background: 'none' },
];

let ready: Promise<void> | undefined;

async function load(): Promise<void> {
  await initWasm(await readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')));
}

/** Draws an icon of the app from the logo of the brand, an SVG document. Rejects when the logo is none. */
export async function drawIcon(logo: string, { size, inner, background }: Icon): Promise<Buffer> {
  ready ??= load();
  await ready;
  const margin = (size * (1 - inner)) / 2;
  const image = `data:image/svg+xml;base64,${Buffer.from(logo).toString('base64')}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">
    ${background === 'white' ? `<rect width="${size}" height="${size}" fill="#fff"/>` : ''}
    <image href="${image}" x="${margin}" y="${margin}" width="${size - 2 * margin}" height="${size - 2 * margin}"/>
  </svg>`;
  const drawn = new Resvg(svg, { font: { loadSystemFonts: false } }).render();
  const png = Buffer.from(drawn.asPng());
  drawn.free();
  return png;
}
