import type { AddressInfo } from 'node:net';
import smpp, { type Pdu, type PduFields, type Session } from 'smpp';
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
  /** The id that the centre gave it, as its receipts name it. */
  messageId: string;
  /** RFC 3339 UTC: the end of its validity; null if the sender set none. */
  validUntil: string | null;
}

/** What a centre says of the delivery: the words of SMPP 3.4, appendix B, or nothing. */
export type SmscReceipt = 'DELIVRD' | 'EXPIRED' | 'UNDELIV' | 'REJECTD' | 'NONE';

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
  /**
   * Queues the next receipts for a number. Without a queued one, an accepted message gets `DELIVRD`, if its sender asked
   * for receipts.
   */
  receipt(to: string, ...receipts: SmscReceipt[]): void;
  /**
   * Sends a `deliver_sm` to the session that bound last, by its fields or as the bytes of the whole PDU, and resolves
   * with the answer.
   */
  deliver(pdu: PduFields | Buffer): Promise<Pdu>;
  close(): Promise<void>;
}

const INTERNATIONAL = 1;

/** SMPP 3.4, sections 5.2.12 and 5.2.28: a delivery receipt, and the numbers of the states. */
const DELIVERY_RECEIPT = 0x04;
const STATES = { DELIVRD: 2, EXPIRED: 3, UNDELIV: 5, REJECTD: 8 } as const;

/** Where the ids of a centre begin: the rows of a database may outlive a centre, and have to keep apart from the next. */
const firstId = (): number => parseInt(crypto.randomUUID().slice(0, 7), 16);

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
  const bound: Session[] = [];
  const receipts = new ScriptedAnswers<SmscReceipt>();
  let messages = firstId();

  const submit = (session: Session, pdu: Pdu): void => {
    const to = addressee(pdu);
    const answer = script.next(to) ?? 'ESME_ROK';
    if (answer === 'HANG') return;
    if (answer === 'CLOSE') {
      session.destroy();
      return;
    }
    if (answer !== 'ESME_ROK') {
      respond(session, pdu, answer);
      return;
    }
    messages += 1;
    const messageId = messages.toString(16).padStart(8, '0');
    outbox.add({ ...readSubmit(pdu), to, messageId });
    session.send(pdu.response({ message_id: messageId }));
    const receipt = receipts.next(to) ?? 'DELIVRD';
    if (((pdu.registered_delivery ?? 0) & 1) === 1 && receipt !== 'NONE') sendReceipt(session, pdu, messageId, receipt);
  };

  const server = smpp.createServer((session) => {
    let isBound = false;
    sessions.add(session);
    session.on('close', () => {
      sessions.delete(session);
      if (bound.includes(session)) bound.splice(bound.indexOf(session), 1);
    });
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
        isBound = true;
        bound.push(session);
        session.send(pdu.response({ system_id: 'local-smsc' }));
      });
    }
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('submit_sm', (pdu: Pdu) => {
      if (isBound) submit(session, pdu);
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
    receipt: receipts.answer,
    deliver: (pdu) => deliver(bound.at(-1), pdu),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function addressee(pdu: Pdu): string {
  const digits = pdu.destination_addr ?? '';
  return pdu.dest_addr_ton === INTERNATIONAL ? `+${digits}` : digits;
}

function readSubmit(pdu: Pdu): Omit<ReceivedSms, 'to' | 'messageId'> {
  const short = pdu.short_message?.message ?? '';
  const message = short.length > 0 ? short : (pdu.message_payload?.message ?? '');
  return {
    receivedAt: new Date().toISOString(),
    from: pdu.source_addr ?? '',
    text: message.toString(),
    validUntil: pdu.validity_period instanceof Date ? pdu.validity_period.toISOString() : null,
  };
}

function respond(session: Session, pdu: Pdu, status: string): void {
  session.send(pdu.response({ command_status: smpp.errors[status] ?? 0 }));
}

/** The receipt has the customary text of SMPP 3.4, appendix B. */
function sendReceipt(session: Session, submitted: Pdu, messageId: string, word: Exclude<SmscReceipt, 'NONE'>): void {
  const delivered = word === 'DELIVRD' ? '001' : '000';
  const at = new Date().toISOString().replace(/\D/g, '').slice(2, 12);
  session.deliver_sm({
    source_addr_ton: submitted.dest_addr_ton ?? 0,
    source_addr: submitted.destination_addr ?? '',
    destination_addr: submitted.source_addr ?? '',
    esm_class: DELIVERY_RECEIPT,
    short_message: `id:${messageId} sub:001 dlvrd:${delivered} submit date:${at} done date:${at} stat:${word} err:000 text:`,
    receipted_message_id: messageId,
    message_state: STATES[word],
  });
}

function deliver(session: Session | undefined, pdu: PduFields | Buffer): Promise<Pdu> {
  if (!session) return Promise.reject(new Error('nothing is bound to this SMS centre'));
  return new Promise((resolve, reject) => {
    session.once('close', () => {
      reject(new Error('the session closed without an answer'));
    });
    if (Buffer.isBuffer(pdu)) {
      const sequence = pdu.readUInt32BE(12);
      const heard = (answer: Pdu) => {
        if (answer.sequence_number !== sequence) return;
        session.removeListener('deliver_sm_resp', heard);
        resolve(answer);
      };
      session.on('deliver_sm_resp', heard);
      session.socket.write(pdu);
    } else session.deliver_sm(pdu, resolve);
  });
}
