import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { sha256 } from '../crypto/sha256.ts';
import { LOCALES } from '../domain/locale.ts';
import { Assets } from '../pages/assets.ts';
import type { Page } from '../pages/page.ts';
import type { Reader } from '../pages/words.ts';
import { appPage } from './app.page.ts';
import { drawIcon, ICONS } from './icons.ts';
import { APP, manifestFor } from './manifest.ts';

/** The files of the app: what the service worker stores on a phone, so that the app opens without a network. */
@Injectable()
export class Shell {
  private readonly icons = new Map<string, Promise<Buffer>>();
  private written: string | undefined;

  constructor(
    private readonly assets: Assets,
    private readonly environment: Environment,
  ) {}

  /**
   * The service worker's script. It changes when anything does that it stores, so that browsers fetch the new version.
   * Written at the first request, because a worker of the queue never serves it.
   */
  get serviceWorker(): string {
    return (this.written ??= this.write());
  }

  page(reader: Reader): Page {
    const { ISSUER: issuer, VENDOR_CODE: vendorCode } = this.environment;
    return appPage({ reader, issuer, vendorCode, scanner: this.assets.address('scanner.js') });
  }

  manifest(reader: Reader): object {
    return manifestFor(reader, this.assets.words.brand.colour.light);
  }

  /** An icon by its name, drawn once; undefined if there is none of this name. */
  icon(name: string): Promise<Buffer> | undefined {
    const icon = ICONS.find((one) => one.name === name);
    if (!icon) return undefined;
    const drawn = this.icons.get(name) ?? drawIcon(this.assets.words.brand.logo, icon);
    this.icons.set(name, drawn);
    return drawn;
  }

  private write(): string {
    const { assets } = this;
    const { words } = assets;
    const files = [
      ...['installed.js', 'scanner.js', 'app.css'].map((name) => assets.address(name)),
      assets.brandStylesheet,
      ...ICONS.map(({ name }) => `${APP}/${name}`),
    ];
    const script = assets.bytesOf('service-worker.js').toString('utf8');
    const texts = Object.fromEntries(LOCALES.map((locale) => [locale, words.scriptTexts('service-worker.js', locale)]));
    const shown = LOCALES.map((locale) => {
      const reader = words.reader(locale);
      return [this.page(reader).body.text, this.manifest(reader), words.scriptData('installed.js', locale)];
    });
    const told = JSON.stringify([files, script, texts, shown, words.brand.logo, ICONS]);
    const version = sha256(Buffer.from(told)).toString('hex').slice(0, 16);
    return `const SHELL = ${JSON.stringify({ version, page: APP, files, texts })};\n${script}`;
  }
}
