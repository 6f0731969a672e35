import type { ClosedDoor } from '../journal/closed-door.ts';
import type { JournalLine } from '../journal/journal-line.ts';

/** The last standing of a subscription in the journal. Links are counted anew after each restore. */
export type Standing = Omit<Extract<ClosedDoor, { door: 'subscription' }>, 'door'> & { epoch: number };

interface Found {
  marked?: Standing;
  unmarked?: Standing;
}

/**
 * The standing in which a journal leaves each subscription; the lines may come in any order.
 *
 * The latest line counts, except that a cancellation is final. A line without a mark may come of a process that served
 * a database that was put back under it: it may tell of an older standing and carry a later epoch. Such a line adds
 * suspensions, and lifts none.
 */
export class Standings {
  private readonly found = new Map<string, Found>();

  add({ epoch, mark }: Pick<JournalLine, 'epoch' | 'mark'>, door: Omit<Standing, 'epoch'>): void {
    const standing = { epoch, ...door };
    const before = this.found.get(door.id);
    if (before?.marked?.state === 'cancelled') return;
    if (standing.state === 'cancelled') this.found.set(door.id, { marked: standing });
    else if (mark === null) this.found.set(door.id, { ...before, unmarked: withBoth(standing, before?.unmarked) });
    else if (isLater(standing, before?.marked)) this.found.set(door.id, { ...before, marked: standing });
  }

  *[Symbol.iterator](): Generator<Standing> {
    for (const { marked, unmarked } of this.found.values()) {
      // Also one with a lower link: a database that was put back counts its links once more.
      if (unmarked) yield withBoth(unmarked, marked);
      else if (marked) yield marked;
    }
  }
}

function isLater(one: Standing, other: Standing | undefined): boolean {
  return !other || one.epoch > other.epoch || (one.epoch === other.epoch && one.link > other.link);
}

/** The later one of two, with the suspensions of both. */
function withBoth(one: Standing, other: Standing | undefined): Standing {
  if (!other) return one;
  const later = isLater(one, other) ? one : other;
  return { ...later, suspensions: [...new Set([...one.suspensions, ...other.suspensions])] };
}
