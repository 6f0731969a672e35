import type { AddressInfo } from 'node:net';
import smpp, { type Pdu, type Session } from 'smpp';
import { Outbox } from './outbox.ts';
import { ScriptedAnswers } from './scripted-answers.ts';

/** One text message as a local SMS centre received it. */
export interface ReceivedSms {
  /** RFC 3339 UTC. */
  receivedAt: string;
  /** E.164 with the plus sign if the sender declared it an international number, otherwise as it was sent. */
  to: string;
  from: string;
  text: string;
}

/** A command status by its name; `HANG` never answers; `CLOSE` breaks the connection. */
export type SmscAnswer =
  'ESME_ROK' | 'ESME_RTHROTTLED' | 'ESME_RMSGQFUL' | 'ESME_RSYSERR' | 'ESME_RINVDSTADR' | 'HANG' | 'CLOSE';

export interface LocalSmsc {
  host: string;
  port: number;
  /** The credentials with which an ESME binds. */
  systemId: string;
  password: string;
  /** The last 1,000 accepted messages, newest last. */
  received: readonly ReceivedSms[];
  /** Calls `listener` with every message accepted from now on; the returned function unsubscribes it. */
  onReceived(listener: (sms: ReceivedSms) => void): () => void;
  /**
   * Queues the next answers for a number, written as in `ReceivedSms.to`.
   * Without a queued answer, a message is accepted.
   */
  answer(to: string, ...answers: SmscAnswer[]): void;
  close(): Promise<void>;
}

const INTERNATIONAL = 1;

/** SMPP 3.4, sections 5.2.12 and 5.2.28: a delivery receipt, and the state DELIVERED. */
const DELIVERY_RECEIPT = 0x04;
const DELIVERED = 2;

/** A stand-in for a carrier's SMS centre on the loopback: SMPP 3.4. Every message is delivered at once. */
export async function startLocalSmsc({
  port = 0,
  host = '127.0.0.1',
  systemId = 'pushguard',
  // At most 8 characters (SMPP 3.4, section 4.1.5).
  password = crypto.randomUUID().slice(0, 8),
} = {}): Promise<LocalSmsc> {
  const outbox = new Outbox<ReceivedSms>();
  const script = new ScriptedAnswers<SmscAnswer>();
  const sessions = new Set<Session>();
  let messages = 0;

  const submit = (session: Session, pdu: Pdu): void => {
    const sms = readSubmit(pdu);
    const answer = script.next(sms.to) ?? 'ESME_ROK';
    if (answer === 'HANG') return;
    if (answer === 'CLOSE') {
      session.destroy();
      return;
    }
    if (answer !== 'ESME_ROK') {
      respond(session, pdu, answer);
      return;
    }
    outbox.add(sms);
    messages += 1;
    const messageId = messages.toString(16).padStart(8, '0');
    session.send(pdu.response({ message_id: messageId }));
    if (((pdu.registered_delivery ?? 0) & 1) === 1) sendReceipt(session, pdu, messageId);
  };

  const server = smpp.createServer((session) => {
    let bound = false;
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
    for (const bind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
      session.on(bind, (pdu: Pdu) => {
        if (pdu.system_id !== systemId) {
          respond(session, pdu, 'ESME_RINVSYSID');
          return;
        }
        if (pdu.password !== password) {
          respond(session, pdu, 'ESME_RINVPASWD');
          return;
        }
        bound = true;
        session.send(pdu.response({ system_id: 'local-smsc' }));
      });
    }
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('submit_sm', (pdu: Pdu) => {
      if (bound) submit(session, pdu);
      else respond(session, pdu, 'ESME_RINVBNDSTS');
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));

  return {
    host,
    port: (server.address() as AddressInfo).port,
    systemId,
    password,
    received: outbox.received,
    onReceived: outbox.onReceived,
    answer: script.answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function readSubmit(pdu: Pdu): ReceivedSms {
  const digits = pdu.destination_addr ?? '';
  const short = pdu.short_message?.message ?? '';
  const message = short.length > 0 ? short : (pdu.message_payload?.message ?? '');
  return {
    receivedAt: new Date().toISOString(),
    to: pdu.dest_addr_ton === INTERNATIONAL ? `+${digits}` : digits,
    from: pdu.source_addr ?? '',
    text: message.toString(),
  };
}

function respond(session: Session, pdu: Pdu, status: string): void {
  session.send(pdu.response({ command_status: smpp.errors[status] ?? 0 }));
}

/** The receipt has the customary text of SMPP 3.4, appendix B. */
function sendReceipt(session: Session, submitted: Pdu, messageId: string): void {
  const at = new Date().toISOString().replace(/\D/g, '').slice(2, 12);
  session.deliver_sm({
    source_addr_ton: submitted.dest_addr_ton ?? 0,
    source_addr: submitted.destination_addr ?? '',
    destination_addr: submitted.source_addr ?? '',
    esm_class: DELIVERY_RECEIPT,
    short_message: `id:${messageId} sub:001 dlvrd:001 submit date:${at} done date:${at} stat:DELIVRD err:000 text:`,
    receipted_message_id: messageId,
    message_state: DELIVERED,
  });
}
