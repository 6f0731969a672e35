import type { Notice } from '../domain/notice.ts';
import type { PushMessage } from '../gateways/push/push.ts';
import type { Claimed } from './delivery.store.ts';

/** A push without its address. */
type PushContent = Pick<PushMessage, 'data' | 'alert' | 'style' | 'collapseKey'>;

/**
 * The push that a delivery sends to the phone, or null when there is nothing left to send.
 * The visible text contains no name and no detail: it shows on a locked screen, and Google and Apple can read it.
 */
export function pushMessage(
  delivery: Pick<
    Claimed,
    'kind' | 'state' | 'authenticationId' | 'envelope' | 'testEnvelope' | 'deviceId' | 'openAlertId'
  >,
): PushContent | null {
  const { kind, state, authenticationId: id, envelope, testEnvelope, deviceId, openAlertId } = delivery;
  switch (kind) {
    case 'wake':
      if (!id || (state !== 'pending' && state !== 'opened')) return null;
      return {
        data: { t: 'wake', id },
        alert: { title: '본인확인 요청', body: '앱을 열어 확인해 주세요. Open the app to continue.' },
        style: 'alert',
        collapseKey: id,
      };
    case 'code':
      if (!id || !envelope || state !== 'opened') return null;
      return {
        data: { t: 'code', id, envelope },
        alert: { title: '인증번호 도착', body: '앱에서 확인해 주세요. Your code is in the app.' },
        style: 'data',
        collapseKey: id,
      };
    case 'cancelled':
      if (!id) return null;
      return {
        data: { t: 'cancelled', id },
        alert: { title: '본인확인 취소', body: '요청이 취소되었습니다. The request was cancelled.' },
        style: 'data',
        collapseKey: id,
      };
    case 'test':
      if (!deviceId || !testEnvelope) return null;
      return {
        data: { t: 'test', envelope: testEnvelope },
        alert: { title: '앱 등록 확인', body: '앱에서 확인번호를 확인해 주세요. Your test code is in the app.' },
        style: 'data',
        collapseKey: deviceId,
      };
    case 'alert':
      if (!openAlertId) return null;
      return {
        data: { t: 'alert', id: openAlertId },
        alert: { title: '확인이 필요합니다', body: '앱을 열어 확인해 주세요. Open the app to check what happened.' },
        style: 'alert',
        collapseKey: openAlertId,
      };
    case 'sms':
    case 'notice':
      return null;
  }
}

/** The text message with a code: one short message of 70 characters even with a long name. */
export function smsText(input: { relyingParty: string; code: string }): string {
  return `[${input.relyingParty.slice(0, 24)}] 본인확인 인증번호 [${input.code}] 타인에게 알려주지 마세요.`;
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
  return `[${service}] ${text}`;
}
