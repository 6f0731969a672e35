import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';

/** What the demonstration puts into the code of the documents, so that it runs as it stands. */
export interface DemonstrationSamples {
  clientId: string;
  clientSecret: string;
  /** A person who has no subscription, and gets the code by SMS. */
  person: { phoneNumber: string; birthDate: string; genderDigit: string };
}

/** The values that the guides have in their code. The file is readable without a running service. */
const WRITTEN = {
  issuer: 'https://id.carrier.example',
  clientId: 'your-client-id',
  clientSecret: 'your-client-secret',
  phoneNumber: '010-1234-5678',
  birthDate: '900101',
  genderDigit: '"genderDigit":"1"',
  international: '%2B821012345678',
} as const;

/** Replaces what the guides say of a made-up service by what this one has. */
@Injectable()
export class Samples {
  private demonstration: DemonstrationSamples | undefined;

  constructor(private readonly environment: Environment) {}

  /** From now on the documents carry the demonstration's own client and person. */
  use(demonstration: DemonstrationSamples): void {
    this.demonstration = demonstration;
  }

  get isDemonstration(): boolean {
    return this.demonstration !== undefined;
  }

  /** The code with the values of this service, where it is code that calls one. */
  in(code: string, isStep: boolean): string {
    if (!isStep && !code.includes(WRITTEN.issuer)) return code;
    const here = code.replaceAll(WRITTEN.issuer, this.environment.ISSUER);
    if (!this.demonstration) return here;
    const { clientId, clientSecret, person } = this.demonstration;
    const values: [string, string][] = [
      [WRITTEN.clientId, clientId],
      [WRITTEN.clientSecret, clientSecret],
      [WRITTEN.international, encodeURIComponent(person.phoneNumber)],
      [WRITTEN.phoneNumber, person.phoneNumber],
      [WRITTEN.birthDate, person.birthDate],
      [WRITTEN.genderDigit, `"genderDigit":"${person.genderDigit}"`],
    ];
    return values.reduce((text, [written, own]) => text.replaceAll(written, own), here);
  }
}
