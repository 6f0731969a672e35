import { sha256 } from '../crypto/sha256.ts';
import type { Notice } from '../domain/notice.ts';
import type { PushMessage } from '../gateways/push/push.ts';
import { sameInEachLanguage } from '../pages/words.ts';
import type { Claimed } from './delivery.store.ts';

/** A push without its address. */
type PushContent = Pick<PushMessage, 'data' | 'alert' | 'style' | 'collapseKey'>;

type PushTexts = Readonly<
  Record<'wake' | 'code' | 'cancelled' | 'test' | 'alert' | 'push_test', { title: string; body: string }>
>;

/** The visible texts of pushes, in Korean and English at once: the service does not know the phone's language. */
const PUSH_TEXTS: PushTexts = {
  wake: { title: '본인확인 요청', body: '앱을 열어 확인해 주세요. Open the app to continue.' },
  code: { title: '인증번호 도착', body: '앱에서 확인해 주세요. Your code is in the app.' },
  cancelled: { title: '본인확인 취소', body: '요청이 취소되었습니다. The request was cancelled.' },
  test: { title: '앱 등록 확인', body: '앱에서 확인번호를 확인해 주세요. Your test code is in the app.' },
  alert: { title: '확인이 필요합니다', body: '앱을 열어 확인해 주세요. Open the app to check what happened.' },
  push_test: { title: '알림 시험', body: '알림이 오는지 확인하는 시험 알림입니다. This is only a test.' },
};

export const PUSH_WORDS = sameInEachLanguage('pushes', PUSH_TEXTS);

/**
 * The id under which a receiver sees a delivery, at each attempt. The number of its row alone would not do: a restored
 * database gives numbers out a second time, and a receiver would take the new message for a repeat.
 */
export function messageIdOf({
  id,
  authenticationId,
  notice,
  deviceId,
  openAlertId,
}: Pick<Claimed, 'id' | 'authenticationId' | 'notice' | 'deviceId' | 'openAlertId'>): string {
  const about = [id, authenticationId, notice?.id, deviceId, openAlertId].join(' ');
  return `msg_${sha256(about).toString('base64url')}`;
}

/**
 * The push that a delivery sends to the phone, or null when there is nothing left to send.
 * The visible text contains no name and no detail: it shows on a locked screen, and Google and Apple can read it.
 */
export function pushMessage(
  delivery: Pick<
    Claimed,
    'kind' | 'state' | 'authenticationId' | 'envelope' | 'testEnvelope' | 'deviceId' | 'openAlertId'
  >,
  texts: PushTexts = PUSH_TEXTS,
): PushContent | null {
  const { kind, state, authenticationId: id, envelope, testEnvelope, deviceId, openAlertId } = delivery;
  switch (kind) {
    case 'wake':
      if (!id || (state !== 'pending' && state !== 'opened')) return null;
      return {
        data: { t: 'wake', id },
        alert: texts.wake,
        style: 'alert',
        collapseKey: id,
      };
    case 'code':
      if (!id || !envelope || state !== 'opened') return null;
      return {
        data: { t: 'code', id, envelope },
        alert: texts.code,
        style: 'data',
        collapseKey: id,
      };
    case 'cancelled':
      if (!id) return null;
      return {
        data: { t: 'cancelled', id },
        alert: texts.cancelled,
        style: 'data',
        collapseKey: id,
      };
    case 'test':
      if (!deviceId || !testEnvelope) return null;
      return {
        data: { t: 'test', envelope: testEnvelope },
        alert: texts.test,
        style: 'data',
        collapseKey: deviceId,
      };
    case 'alert':
      if (!openAlertId) return null;
      return {
        data: { t: 'alert', id: openAlertId },
        alert: texts.alert,
        style: 'alert',
        collapseKey: openAlertId,
      };
    case 'push_test':
      if (!deviceId) return null;
      return {
        data: { t: 'push_test' },
        alert: texts.push_test,
        style: 'alert',
        collapseKey: `test-${deviceId}`,
      };
    case 'sms':
    case 'notice':
      return null;
  }
}

/** UTF-16 units of one short message: text in Korean goes out as UCS2. */
export const ONE_MESSAGE = 70;

/** UTF-16 units of a relying party's name in a text message, and those to which it is cut for the origin-bound line. */
const NAME_LENGTH = 24;
const SHORT_NAME_LENGTH = 8;

/**
 * The text message with a code, which stands in brackets and is its first run of six digits. It fits one short message,
 * even with a long name.
 *
 * With `host`, the page into which the code is typed, the last line is `@host #123456` (WICG, Origin-bound one-time
 * codes): a browser offers the code to pages of that host alone. The words before it become fewer, so that the message
 * stays one; where the host is too long for that, the message has no such line.
 */
export function smsText(input: { relyingParty: string; code: string; host?: string | null }): string {
  const { code, host } = input;
  const name = withoutSixDigits(input.relyingParty);
  const warned = (length: number) => `[${cut(name, length)}] 본인확인 인증번호 [${code}] 타인에게 알려주지 마세요.`;
  if (!host) return warned(NAME_LENGTH);
  const line = `\n@${host} #${code}`;
  const shorter = [
    warned,
    (length: number) => `[${cut(name, length)}] 인증번호 [${code}] 타인에게 알려주지 마세요.`,
    (length: number) => `[${cut(name, length)}] 인증번호 [${code}]`,
  ];
  for (const write of shorter) {
    const room = ONE_MESSAGE - line.length - write(0).length;
    if (room >= Math.min(name.length, SHORT_NAME_LENGTH)) return write(Math.min(room, NAME_LENGTH)) + line;
  }
  return warned(NAME_LENGTH);
}

/**
 * The text message that a relying party wrote itself, behind its name, so that it cannot appear as another sender. The code
 * stands in brackets and is the first run of six digits. What is longer than one short message, the SMS centre splits.
 */
export function smsOfTemplate(
  template: string,
  { relyingParty, code }: { relyingParty: string; code: string },
): string {
  const text = withoutSixDigits(template).replaceAll('{{code}}', `[${code}]`);
  return `[${cut(withoutSixDigits(relyingParty), NAME_LENGTH)}] ${text}`;
}

/** The beginning of a text, at most so many UTF-16 units long, without half a character at its end. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

/** Programs and people take the first six digits of a text message for its code. */
function withoutSixDigits(name: string): string {
  const seen = name.normalize('NFKC');
  return /\p{Nd}{6}/u.test(seen) ? seen.replace(/(\p{Nd}{5})(?=\p{Nd})/gu, '$1·') : name;
}

/** A notice as a push. Its kind is no secret; with it the app stores the notice and shows it in its own language. */
export function noticePush(
  notice: Notice,
  { service, text }: { service: string; text: string },
): Pick<PushMessage, 'data' | 'alert' | 'style'> {
  return { data: { t: 'notice', ...notice }, alert: { title: service, body: text }, style: 'alert' };
}

/** A notice as a text message, behind the name of the service. */
export function noticeSms({ service, text }: { service: string; text: string }): string {
  return `[${withoutSixDigits(service)}] ${text}`;
}
