import { newCardKey } from '../crypto/card-key.ts';
import { randomToken } from '../crypto/random.ts';
import { remember } from './remember.ts';
import { afterRefusal, RefusedError, ServiceClient, type Credentials } from './service-client.ts';

/** A customer's data, which the bank has known since it opened the account. */
export interface BankCustomer {
  phoneNumber: string;
  owner: { birthDate: string; genderDigit: string };
}

/** The fields that the customer typed into the bank's page. */
export interface TransferForm {
  payee: string;
  account: string;
  amount: string;
}

/** A transfer that waits for its code, or its outcome. */
export interface Transfer {
  authenticationId: string;
  transaction: readonly { label: string; value: string }[];
  /** After the last code that was tried. */
  attemptsLeft: number;
  state: 'asked' | 'wrong' | 'signed' | 'ended';
}

/** The items that the bank hands to its customer. */
export interface IssuedSmartOtp {
  enrolmentCode: string;
  enrolmentUri: string;
  vendorCode: string;
  /** The simulated card, with the private key that a real card would never export. */
  card: object | null;
}

/** The server of a bank that has transfers signed: it stores each requested transaction, and sends it with the code. */
export class DemoBank {
  private readonly service: ServiceClient;
  private readonly transfers = new Map<string, Transfer>();

  constructor(credentials: Credentials) {
    this.service = new ServiceClient(credentials);
  }

  /**
   * Requests a signature; returns the key by which the customer's browser refers to the transfer.
   * Throws {@link RefusedError}.
   */
  async begin(customer: BankCustomer, purpose: string, transaction: Transfer['transaction']): Promise<string> {
    const body = { ...named(customer), purpose, method: 'sign', transaction };
    const { id } = (await this.service.call('POST', '/v1/authentications', body)) as { id: string };
    const key = randomToken(32);
    remember(this.transfers, key, { authenticationId: id, transaction, attemptsLeft: 5, state: 'asked' });
    return key;
  }

  /** Returns a stored transfer by its key; undefined if the key is unknown or its transfer was replaced. */
  transfer(key: string | undefined): Transfer | undefined {
    return key === undefined ? undefined : this.transfers.get(key);
  }

  /** Verifies the code together with the transaction that the bank believes was signed. */
  async confirm(transfer: Transfer, code: string): Promise<void> {
    if (transfer.state === 'signed' || transfer.state === 'ended') return;
    const { authenticationId: id, transaction } = transfer;
    try {
      await this.service.call('POST', `/v1/authentications/${id}/verification`, { code, transaction });
      transfer.state = 'signed';
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      Object.assign(transfer, afterRefusal(error, transfer.attemptsLeft));
    }
  }

  /** Issues the bank's Smart OTP, with or without a card. Throws {@link RefusedError}. */
  async issue(customer: BankCustomer, withCard: boolean): Promise<IssuedSmartOtp> {
    const key = withCard ? newCardKey() : null;
    const body = { ...named(customer), ...(key && { cardKey: key.publicJwk }) };
    const issued = (await this.service.call('POST', '/v1/smart-otps', body)) as Omit<IssuedSmartOtp, 'card'>;
    return { ...issued, card: key?.privateJwk ?? null };
  }
}

function named({ phoneNumber, owner: { birthDate, genderDigit } }: BankCustomer): object {
  return { phoneNumber, birthDate, genderDigit };
}
