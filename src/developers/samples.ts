import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';

/** A client of the demonstration, with its secrets. */
interface SampleClient {
  clientId: string;
  clientSecret: string;
  testSecret: string;
}

/** What the demonstration puts into the code of the documents, so that it runs as it stands. */
export interface DemonstrationSamples {
  shop: SampleClient;
  /** A financial institution, with the scope `signing`. */
  bank: SampleClient;
  /** The carrier’s own systems, with the scope `carrier`. */
  carrier: SampleClient;
  /** The systems of its call centre, with the scope `operator`. */
  callCentre: SampleClient;
  /** A line that the carrier may tell of. */
  lineId: string;
  /** A person who has no subscription, and gets the code by SMS. */
  person: { phoneNumber: string; birthDate: string; genderDigit: string };
}

/** The values that the guides have in their code. The file is readable without a running service. */
const WRITTEN = {
  issuer: 'https://id.carrier.example',
  clientId: 'your-client-id',
  clientSecret: 'your-client-secret',
  liveSecret: 'your-live-secret',
  phoneNumber: '010-1234-5678',
  birthDate: '900101',
  genderDigit: '"genderDigit":"1"',
  international: '%2B821012345678',
  returnUrl: 'https://shop.example/return',
  webhookUrl: 'https://shop.example/pushguard',
  lineId: 'your-line-id',
} as const;

/** The guides whose code gets a token of test mode. */
const IN_TEST_MODE: readonly string[] = ['own-window', 'test-mode', 'otp-and-signing'];
/** The guides whose code has another client than the shop. */
const CLIENTS: Readonly<Record<string, 'bank' | 'carrier' | 'callCentre'>> = {
  'otp-and-signing': 'bank',
  carrier: 'carrier',
  'call-centre': 'callCentre',
};

/** Replaces what the guides say of a made-up service by what this one has. */
@Injectable()
export class Samples {
  private demonstration: DemonstrationSamples | undefined;

  constructor(private readonly environment: Environment) {}

  /** From now on the documents carry the demonstration's own clients and person. */
  use(demonstration: DemonstrationSamples): void {
    this.demonstration = demonstration;
  }

  get isDemonstration(): boolean {
    return this.demonstration !== undefined;
  }

  /** The code of a guide with the values of this service, where it is code that calls one. */
  in(code: string, { guide, isStep }: { guide: string; isStep: boolean }): string {
    const { ISSUER: issuer } = this.environment;
    if (!isStep && !code.includes(WRITTEN.issuer)) return code;
    const here = code.replaceAll(WRITTEN.issuer, issuer);
    if (!this.demonstration) return here;
    const { person, lineId } = this.demonstration;
    const { clientId, clientSecret, testSecret } = this.demonstration[CLIENTS[guide] ?? 'shop'];
    const values: [string, string][] = [
      [WRITTEN.clientId, clientId],
      [WRITTEN.clientSecret, IN_TEST_MODE.includes(guide) ? testSecret : clientSecret],
      [WRITTEN.liveSecret, clientSecret],
      [WRITTEN.international, encodeURIComponent(person.phoneNumber)],
      [WRITTEN.phoneNumber, person.phoneNumber],
      [WRITTEN.birthDate, person.birthDate],
      [WRITTEN.genderDigit, `"genderDigit":"${person.genderDigit}"`],
      [WRITTEN.lineId, lineId],
      [WRITTEN.returnUrl, `${issuer}/demo/return`],
      // A demonstration sends webhooks to its own host too.
      [WRITTEN.webhookUrl, `http://${new URL(issuer).hostname}:8080/pushguard`],
    ];
    return values.reduce((text, [written, own]) => text.replaceAll(written, own), here);
  }
}
