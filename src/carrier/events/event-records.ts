import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { InputFault } from '../../domain/problem.ts';
import type { EventRecord } from './carrier-event.store.ts';
import type { CarrierEvent, LifecycleEvent } from './cloud-event.ts';

/** What could be read of an event that is refused. */
export type KnownOfEvent = Partial<Pick<CarrierEvent, 'source' | 'id' | 'type'>>;

/** Writes down what is recorded of events. One that may be replayed is kept whole, encrypted. */
@Injectable()
export class EventRecords {
  constructor(private readonly keys: ServiceKeys) {}

  /** The record of an event that is not replayed. */
  of(
    event: LifecycleEvent & Pick<CarrierEvent, 'sequence'>,
    lineId: string | null,
    outcome: 'applied' | 'stale',
  ): EventRecord {
    return { ...basicsOf(event), lineId, outcome, kept: null };
  }

  /** The record of an event of a line that the register does not hold. */
  ofUnknownLine(event: CarrierEvent, document: unknown): EventRecord {
    const basics = basicsOf(event);
    const kept = this.seal(basics.id, JSON.stringify(document));
    return { ...basics, lineId: null, outcome: 'unknown_line', kept };
  }

  /** The record of an event that cannot be read, with the reason. */
  ofRejected(document: unknown, known: KnownOfEvent, faults: readonly InputFault[]): EventRecord {
    const { source = null, id: eventId = null, type = null } = known;
    const text = JSON.stringify(document);
    const id =
      source !== null && eventId !== null ? keyOf({ source, id: eventId }) : keyOf({ source: 'unreadable', id: text });
    // Pointers contain member names from the request, so control characters are replaced.
    const listed = faults.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`).join(' ');
    const reason = listed.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 1_000);
    const nothing = { lineId: null, sequence: null, at: null };
    return { id, source, eventId, type, ...nothing, outcome: 'rejected', reason, kept: this.seal(id, text) };
  }

  /** The event of a record that is kept for replay. */
  read({ id, kept }: { id: string; kept: Buffer }): unknown {
    return JSON.parse(this.keys.fields.decrypt(kept, `carrier_events:kept:${id}`).toString('utf8'));
  }

  private seal(key: string, text: string): Buffer {
    return this.keys.fields.encrypt(text, `carrier_events:kept:${key}`);
  }
}

function basicsOf({ source, id, type, sequence, time }: LifecycleEvent & Pick<CarrierEvent, 'sequence'>) {
  return { id: keyOf({ source, id }), source, eventId: id, type, sequence, at: time, reason: null };
}

/** The key of an event: equal for every delivery of the same event. */
export function keyOf({ source, id }: Pick<CarrierEvent, 'source' | 'id'>): string {
  return sha256(JSON.stringify([source, id])).toString('hex');
}
