import smpp, { type ConnectOptions, type Pdu, type PduFields, type Session } from 'smpp';
import type { SmsReceipt } from './sms.ts';
import { DELIVERING, readReceipt } from './smpp.receipt.ts';

export interface SmppLinkOptions extends ConnectOptions {
  systemId: string;
  /** At most 8 characters (SMPP 3.4, section 4.1.5). */
  password: string;
  systemType?: string;
  /** Called with every delivery receipt, and with null for one that cannot be read. */
  onReceipt?: (receipt: SmsReceipt | null) => void;
}

/** Milliseconds in which the SMS centre must accept a bind, or answer `enquire_link` or `unbind`. */
const ANSWER_MS = 10_000;

/** Milliseconds in which a centre that has been silent must answer `enquire_link`. Shorter than the deadline of a message. */
const SUSPECT_MS = 2_000;

/** SMS centres drop an idle session, commonly after a minute. */
const KEEPALIVE_MS = 30_000;

/** SMPP 3.4, section 5.2.4. */
const VERSION_3_4 = 0x34;

/** One bound transceiver session. It cannot be reused after it closed; bind another. */
export class SmppLink {
  readonly #session: Session;
  /** Rejects when the session ends. Every request races it, because the library drops the callbacks silently. */
  readonly #gone: Promise<never>;
  readonly #keepalive: NodeJS.Timeout;
  #open = true;
  /** When the centre was last heard. */
  #heardAt = performance.now();
  /** Resolves when it is known whether a silent centre still answers. */
  #suspicion: Promise<void> | undefined;

  private constructor(session: Session, onReceipt: SmppLinkOptions['onReceipt']) {
    this.#session = session;
    this.#gone = new Promise((_, reject) => {
      session.on('error', (error: Error) => {
        // The close follows later; a message in between would count as sent.
        this.#open = false;
        reject(error);
        // After bytes that it cannot parse, the library stops reading for good and leaves the socket open.
        session.destroy();
      });
      session.on('close', () => {
        this.#open = false;
        clearInterval(this.#keepalive);
        reject(new Error('the session with the SMS centre closed'));
      });
    });
    this.#gone.catch(() => undefined);
    session.on('pdu', () => (this.#heardAt = performance.now()));
    this.#keepalive = setInterval(() => void this.#probe(), KEEPALIVE_MS).unref();
    // A transceiver must answer the centre's receipts and probes, or the centre closes the session.
    for (const command of [...DELIVERING, 'enquire_link']) {
      session.on(command, (pdu: Pdu) => session.send(pdu.response()));
    }
    for (const command of DELIVERING) {
      session.on(command, (pdu: Pdu) => {
        const receipt = readReceipt(pdu);
        if (receipt !== undefined) onReceipt?.(receipt);
      });
    }
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
  }

  /** Connects and binds. Rejects when the centre cannot be reached, refuses the bind or does not answer within 10 s. */
  static async bind(options: SmppLinkOptions): Promise<SmppLink> {
    const { systemId, password, systemType = '', onReceipt, ...endpoint } = options;
    const session = smpp.connect(endpoint);
    const link = new SmppLink(session, onReceipt);
    try {
      await link.#within(new Promise((resolve) => session.once(endpoint.tls ? 'secureConnect' : 'connect', resolve)));
      const response = await link.request('bind_transceiver', {
        system_id: systemId,
        password,
        system_type: systemType,
        interface_version: VERSION_3_4,
      });
      if (response.command_status !== 0) throw new Error(`bind refused: ${statusName(response.command_status)}`);
      return link;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /** Whether it can be used. Where the centre has been silent, the answer waits until the centre has been asked. */
  async isUsable(): Promise<boolean> {
    await this.#suspicion;
    return this.#open;
  }

  /**
   * Returns whether nothing was heard of the centre since `time`, and then asks it whether it is there: on a dead network every
   * message would be sent and lost until the next probe.
   */
  suspect(time: number): boolean {
    const isSilent = this.#heardAt <= time;
    if (isSilent && this.#open) {
      this.#suspicion ??= this.#probe(SUSPECT_MS).finally(() => (this.#suspicion = undefined));
    }
    return isSilent;
  }

  /** The centre's answer to one command. Rejects when the session is gone or the answer does not come in time. */
  request(
    command: 'bind_transceiver' | 'submit_sm' | 'enquire_link' | 'unbind',
    fields: PduFields,
    milliseconds = ANSWER_MS,
  ): Promise<Pdu> {
    return this.#within(
      new Promise((resolve, reject) => {
        if (!this.#session[command](fields, resolve)) reject(new Error('the session with the SMS centre is not open'));
      }),
      milliseconds,
    );
  }

  /** Unbinds and resolves when the socket is closed. */
  async close(): Promise<void> {
    if (!this.#open) return;
    await this.request('unbind', {}).catch(() => undefined);
    await new Promise<void>((resolve) => {
      if (this.#open) this.#session.destroy(resolve);
      else resolve();
    });
  }

  /** Ends the session unless the centre answers. */
  async #probe(milliseconds = ANSWER_MS): Promise<void> {
    await this.request('enquire_link', {}, milliseconds).catch(() => {
      this.#open = false;
      this.#session.destroy();
    });
  }

  async #within<T>(work: Promise<T>, milliseconds = ANSWER_MS): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      const error = new Error(`no answer from the SMS centre within ${milliseconds} ms`);
      timer = setTimeout(() => reject(error), milliseconds);
    });
    try {
      return await Promise.race([work, silence, this.#gone]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The name of a status, such as `ESME_RTHROTTLED` (SMPP 3.4, section 5.1.3); an unknown status as a number. */
export function statusName(status: number): string {
  return Object.entries(smpp.errors).find(([, value]) => value === status)?.[0] ?? `status ${status}`;
}
