/** The part of smpp 0.5.1 that this service uses; the package has no types. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer } from 'node:net';

  export interface Pdu {
    /** Name of the command: `submit_sm`, `submit_sm_resp`, … */
    command: string;
    /** 0 is success; the names are in `errors`. */
    command_status: number;
    message_id?: string;
    system_id?: string;
    password?: string;
    source_addr_ton?: number;
    source_addr_npi?: number;
    source_addr?: string;
    dest_addr_ton?: number;
    dest_addr_npi?: number;
    destination_addr?: string;
    /** Bit field: the kind of what a centre delivers. */
    esm_class?: number;
    registered_delivery?: number;
    /** The library decodes a time into a Date, a relative one from the present. */
    validity_period?: string | Date;
    /** Of a delivery receipt. */
    receipted_message_id?: string;
    message_state?: number;
    sequence_number: number;
    replace_if_present_flag?: number;
    data_coding?: number;
    /** Decoded by `data_coding`; text that it cannot decode stays a Buffer. */
    short_message?: { message: string | Buffer };
    message_payload?: { message: string | Buffer };
    /** The answer to this PDU, with the same sequence number. */
    response(fields?: PduFields): Pdu;
  }

  export type PduFields = Readonly<Record<string, string | number | Buffer>>;

  /**
   * Returns false when the socket cannot be written to.
   * The callback is not called then, nor when the socket closes first.
   */
  type Command = (fields: PduFields, onResponse?: (response: Pdu) => void) => boolean;

  export interface Session extends EventEmitter {
    bind_transceiver: Command;
    submit_sm: Command;
    deliver_sm: Command;
    enquire_link: Command;
    unbind: Command;
    /** The connection, for bytes that the library does not write. */
    socket: NodeJS.WritableStream;
    send(pdu: Pdu): boolean;
    close(onClosed?: () => void): void;
    destroy(onClosed?: () => void): void;
  }

  export interface ConnectOptions {
    host: string;
    port: number;
    tls?: boolean;
    ca?: string;
  }

  export type Server = NetServer;

  const smpp: {
    connect(options: ConnectOptions): Session;
    createServer(onSession: (session: Session) => void): Server;
    /** Reads itself from the bytes of one PDU; `command` is set before anything that may fail. */
    PDU: { prototype: { fromBuffer: (this: Pdu, buffer: Buffer) => void } };
    /** Command statuses by name: `ESME_ROK`, `ESME_RTHROTTLED`, … */
    errors: Readonly<Record<string, number>>;
    encodings: Readonly<Record<'ASCII' | 'UCS2', { match(text: string): boolean; encode(text: string): Buffer }>>;
  };
  export default smpp;
}
