import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database.ts';
import type { Handset, LineFacts } from '../domain/line.ts';

interface LineRow {
  lineId: string;
  phoneNumber: Buffer;
  owner: Buffer;
  carrier: string;
  status: LineFacts['status'];
  holder: LineFacts['holder'];
  plan: LineFacts['plan'];
  handset: Handset;
}

const BY_PHONE = {
  name: 'line_by_phone',
  text: `SELECT id AS "lineId", phone_number AS "phoneNumber", owner, carrier, status, holder, plan, handset
    FROM lines WHERE phone_index = ANY($1) AND status <> 'terminated'`,
};

const UPSERT = {
  name: 'line_upsert',
  text: `INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (id) DO UPDATE SET phone_index = excluded.phone_index, phone_number = excluded.phone_number,
      owner = excluded.owner, carrier = excluded.carrier, status = excluded.status, holder = excluded.holder,
      plan = excluded.plan, handset = excluded.handset, updated_at = now()`,
};

/** The carrier's register of lines: the embedded default, kept by the carrier feed. */
@Injectable()
export class Lines {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
  ) {}

  /** The line that has this E.164 number now. */
  async byPhoneNumber(phoneNumber: string): Promise<LineFacts | null> {
    const [row] = await this.database.rows<LineRow>(BY_PHONE, [this.keys.indexes.all('phone', phoneNumber)]);
    if (!row) return null;
    return { ...row, phoneNumber: this.readPhoneNumber(row), owner: this.readOwner(row) };
  }

  /** Adds a line, or replaces all that is known of it. */
  async upsert(line: LineFacts, session: Session = this.database): Promise<void> {
    const { lineId, phoneNumber, owner, carrier, status, holder, plan, handset } = line;
    await session.rows(UPSERT, [
      lineId,
      this.keys.indexes.of('phone', phoneNumber),
      this.keys.fields.encrypt(phoneNumber, `lines:phone_number:${lineId}`),
      this.keys.fields.encrypt(JSON.stringify(owner), `lines:owner:${lineId}`),
      carrier,
      status,
      holder,
      plan,
      JSON.stringify(handset),
    ]);
  }

  /** Decrypts the number of a line's row, E.164. */
  readPhoneNumber(row: { lineId: string; phoneNumber: Buffer }): string {
    return this.keys.fields.decrypt(row.phoneNumber, `lines:phone_number:${row.lineId}`).toString('utf8');
  }

  /** Decrypts the owner of a line's row. */
  readOwner(row: { lineId: string; owner: Buffer }): LineFacts['owner'] {
    return JSON.parse(
      this.keys.fields.decrypt(row.owner, `lines:owner:${row.lineId}`).toString('utf8'),
    ) as LineFacts['owner'];
  }
}
