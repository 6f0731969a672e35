import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { publicKey } from '../crypto/compact-jws.ts';
import { isProvenBy, type DeviceProof } from '../crypto/device-proof.ts';
import { normaliseEnrolmentCode, serialNumberFrom } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { maskPhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { Lines } from '../lines/lines.ts';
import { LegalTexts } from '../pages/legal/legal-texts.ts';
import { REQUIRED_DOCUMENTS, type RequiredDocument } from '../pages/legal/required-document.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';

/** What an enrolment code would enrol, for the person to check before choosing a PIN. */
export interface OfferedDevice {
  kind: 'phone' | 'smart_otp';
  /** Masked. */
  phoneNumber: string;
  serialNumber: string;
  expiresAt: string;
  documents: { document: RequiredDocument; version: string; url: string }[];
  keptDays: { history: number; personalData: number };
}

/** Tells an app what its enrolment code would enrol, and what the person has to agree to. */
@Injectable()
export class OfferedEnrolments {
  constructor(
    private readonly environment: Environment,
    private readonly keys: ServiceKeys,
    private readonly subscriptions: Subscriptions,
    private readonly lines: Lines,
    private readonly legal: LegalTexts,
  ) {}

  /**
   * Returns what the code enrols, and spends nothing. A code has 100 random bits and lives ten minutes, so that guesses
   * are not counted here, as they are not at the enrolment; a guess costs a signature, as it does there. Problems:
   * `device_proof_invalid`, `enrolment_code_invalid`.
   */
  async of(enrolmentCode: string, proof: DeviceProof): Promise<OfferedDevice> {
    const key = proof.jwk && publicKey(proof.jwk);
    if (!key || !isProvenBy(proof, key)) {
      throw new Problem(
        'device_proof_invalid',
        'The proof’s header must carry a new public key as jwk, which signs it.',
      );
    }
    const { lineId, isSmartOtp, expiresAt } = await this.subscriptions.offeredBy(enrolmentCode);
    const line = await this.lines.byId(lineId);
    const { ISSUER, HISTORY_DAYS: history, PERSONAL_DATA_DAYS: personalData } = this.environment;
    const versions = this.legal.agreed();
    return {
      kind: isSmartOtp ? 'smart_otp' : 'phone',
      phoneNumber: maskPhoneNumber(line?.phoneNumber ?? ''),
      serialNumber: this.serialNumberOf(enrolmentCode),
      expiresAt: expiresAt.toISOString(),
      documents: REQUIRED_DOCUMENTS.map((document) => {
        const version = versions[document] ?? '';
        return { document, version, url: `${ISSUER}/${document}?version=${version}` };
      }),
      keptDays: { history, personalData },
    };
  }

  /** The serial number of the device that a code enrols. It follows from the code, so that a person can see it before. */
  serialNumberOf(enrolmentCode: string): string {
    return serialNumberFrom(this.keys.indexes.of('serial', normaliseEnrolmentCode(enrolmentCode)));
  }
}
