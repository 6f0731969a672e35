import { Injectable } from '@nestjs/common';
import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { sha256 } from '../crypto/sha256.ts';
import { brandStylesheet } from './brand.ts';
import { Words } from './words.ts';

/** A file that a page loads; its name changes with its content. */
export interface Asset {
  type: string;
  bytes: Buffer;
  /** The bytes as Brotli compresses them (RFC 7932). */
  brotli: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The build's asset folder, as seen from this file in dist/ and, when it is not compiled, in src/. */
const FOLDERS = ['../../assets/', '../../dist/assets/'];

/** The files that the build bundled for browsers, read into memory once. */
@Injectable()
export class Assets {
  private readonly files = new Map<string, Asset>();
  private readonly names: Partial<Record<string, string>>;
  /** The address of the stylesheet that colours a page in the brand. */
  readonly brandStylesheet: string;

  constructor(readonly words: Words) {
    const folder = FOLDERS.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
    const manifest = folder && new URL('manifest.json', folder);
    this.names = manifest ? (JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>) : {};
    for (const name of Object.values(this.names)) {
      if (name === undefined) continue;
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      const [bytes, brotli] = [name, `${name}.br`].map((file) => readFileSync(new URL(file, folder)));
      if (bytes && brotli) this.files.set(name, { type, bytes, brotli });
    }
    const bytes = Buffer.from(brandStylesheet(words.brand));
    const name = `brand-${sha256(bytes).toString('hex').slice(0, 8)}.css`;
    this.files.set(name, { type: TYPES['.css'] ?? '', bytes, brotli: brotliCompressSync(bytes) });
    this.brandStylesheet = `/assets/${name}`;
  }

  /** The path of an asset by its source name, such as `window.js`. */
  address(name: string): string {
    const built = this.names[name];
    if (built === undefined) throw new Error(`${name} was not bundled: run npm run build`);
    return `/assets/${built}`;
  }

  /** The content of an asset by its source name. */
  bytesOf(name: string): Buffer {
    const asset = this.byName(this.names[name] ?? '');
    if (!asset) throw new Error(`${name} was not bundled: run npm run build`);
    return asset.bytes;
  }

  /** Returns an asset by its built name; undefined if there is none. */
  byName(name: string): Asset | undefined {
    return this.files.get(name);
  }
}
