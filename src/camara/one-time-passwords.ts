import { Injectable } from '@nestjs/common';
import { Start } from '../authentication/start.ts';
import { Verify } from '../authentication/verify.ts';
import type { Caller } from '../crypto/access-token.ts';
import { PURPOSE_LENGTH } from '../domain/authentication.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { RELYING_PARTY_LIMIT } from '../domain/start-budget.ts';
import { compactText, visibleText } from '../domain/typed-text.ts';
import { isUuid } from '../domain/uuid.ts';
import { CamaraError } from '../http/camara-error.ts';
import type { SendCodeRequest, SendCodeResponse, ValidateCodeRequest } from './one-time-password.dto.ts';

const CHARACTERS = new Intl.Segmenter('ko');

/**
 * Proves that a person has a number. A subscriber is asked on the phone and reads the code in the app after the PIN; to any
 * other number the code goes by SMS, in the relying party's own words. Nobody learns who has the number.
 */
@Injectable()
export class OneTimePasswords {
  constructor(
    private readonly starting: Start,
    private readonly verifying: Verify,
  ) {}

  /**
   * Sends a code. The answer is the same whether or not a line has the number.
   * CAMARA: `ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_NOT_ALLOWED` for a Korean number that is no mobile one,
   * `ONE_TIME_PASSWORD_SMS.MAX_OTP_CODES_EXCEEDED`, `NOT_FOUND` for a foreign number.
   */
  async send({ phoneNumber, message }: SendCodeRequest, caller: Caller): Promise<SendCodeResponse> {
    assertOwnToken(caller);
    assertHarmless(message);
    if (!phoneNumber.startsWith('+82'))
      throw new CamaraError('NOT_FOUND', 'Send a Korean number. Foreign numbers are of other operators.');
    const number = parsePhoneNumber(phoneNumber);
    if (!number) {
      throw new CamaraError(
        'ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_NOT_ALLOWED',
        'Send the number of a mobile phone. Other numbers get no text messages.',
      );
    }
    const started = { phoneNumber: number, purpose: purposeOf(message), message };
    try {
      const { id } = await this.starting.startForNumber(started, caller.id);
      return { authenticationId: id };
    } catch (error) {
      throw sendingRefusal(error);
    }
  }

  /**
   * Validates a code once. CAMARA: `ONE_TIME_PASSWORD_SMS.INVALID_OTP`, `…VERIFICATION_EXPIRED`, `…VERIFICATION_FAILED`,
   * `NOT_FOUND`.
   */
  async validate({ authenticationId, code }: ValidateCodeRequest, caller: Caller): Promise<void> {
    assertOwnToken(caller);
    if (!isUuid(authenticationId)) throw unknownId();
    try {
      await this.verifying.verifyNumber(authenticationId, code, caller);
    } catch (error) {
      throw validationRefusal(error);
    }
  }
}

/** What the app shows of the message: without the code, which is in the app itself. */
function purposeOf(message: string): string {
  const text = message.replaceAll('{{code}}', '······').replace(/\s+/g, ' ');
  const shown = Array.from(CHARACTERS.segment(text), ({ segment }) => segment);
  return shown.length > PURPOSE_LENGTH ? `${shown.slice(0, PURPOSE_LENGTH - 1).join('')}…` : shown.join('');
}

/** A token that stands for a person proves nothing anew about a number. CAMARA: `INVALID_TOKEN_CONTEXT`. */
function assertOwnToken({ person }: Caller): void {
  if (person)
    throw new CamaraError(
      'INVALID_TOKEN_CONTEXT',
      'Get an access token with grant_type=client_credentials for this API.',
    );
}

/** An address as phones make a link of it: with a scheme, of a top-level domain, or of four numbers. */
const ADDRESS = /:\/\/|www[.。]|[\p{L}\p{N}][.。](?:[a-z]{2,}|한국|xn--)|\p{N}(?:[.。]\p{N}+){3}/iu;

/**
 * Refuses what could pass for another sender, another code or an address in a message that people trust, in any
 * spelling. CAMARA: `INVALID_ARGUMENT`.
 */
function assertHarmless(message: string): void {
  const words = message.replaceAll('{{code}}', 'x');
  const shown = visibleText(words);
  const isHarmful = /[[\]【】〔〕]/.test(shown) || ADDRESS.test(shown) || /\p{Nd}{6}/u.test(compactText(words));
  if (!isHarmful) return;
  throw new CamaraError(
    'INVALID_ARGUMENT',
    'Send a message without brackets [ ], without web addresses, and without six digits in a row beside {{code}}.',
  );
}

function sendingRefusal(error: unknown): unknown {
  if (!(error instanceof Problem) || error.code !== 'too_many_requests') return error;
  const { limit, retryAfterSeconds } = error.members;
  if (limit?.name !== 'starts') return error;
  const { perTenMinutes, perDay } = RELYING_PARTY_LIMIT;
  const sentence = `One number gets at most ${perTenMinutes} codes in ten minutes and ${perDay} a day. Wait before sending another.`;
  return new CamaraError('ONE_TIME_PASSWORD_SMS.MAX_OTP_CODES_EXCEEDED', sentence, retryAfterSeconds);
}

function validationRefusal(error: unknown): unknown {
  if (!(error instanceof Problem)) return error;
  const { code, members } = error;
  if (code === 'authentication_not_found') return unknownId();
  if (code === 'authentication_expired') return expired();
  if (code === 'authentication_closed') return members.state === 'failed' ? failed() : expired();
  if (code === 'attempts_exhausted') return failed();
  if (code !== 'code_mismatch') return error;
  return new CamaraError('ONE_TIME_PASSWORD_SMS.INVALID_OTP', 'The code is wrong. Ask the person to enter it again.');
}

function failed(): CamaraError {
  const sentence = 'Five wrong codes were sent, and no other is accepted. Send a new code.';
  return new CamaraError('ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED', sentence);
}

function expired(): CamaraError {
  const sentence = 'This code was used, replaced, refused or is older than 180 seconds. Send a new one.';
  return new CamaraError('ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED', sentence);
}

function unknownId(): CamaraError {
  return new CamaraError('NOT_FOUND', 'Use the authenticationId of a code that this client sent.');
}
