import { describe, expect, it } from '@jest/globals';
import { Standings, type Standing } from '../../src/restore/standings.ts';

type Line = Pick<Standing, 'epoch' | 'link' | 'state' | 'suspensions'> & { mark: number | null };

const id = '0198c0de-0000-7000-8000-000000000001';
const active = { state: 'active', suspensions: [] } as const;
const suspended = { state: 'suspended', suspensions: ['loss_reported'] } as const;
const cancelled = { state: 'cancelled', suspensions: [] } as const;

describe('the standing in which a journal leaves a subscription', () => {
  it.each<[string, Line[], Pick<Standing, 'state' | 'suspensions'>]>([
    [
      'is the latest one',
      [
        { epoch: 0, mark: 7, link: 3, ...suspended },
        { epoch: 0, mark: 8, link: 4, ...active },
      ],
      active,
    ],
    [
      'is that of the latest restore, whose links are counted anew',
      [
        { epoch: 0, mark: 7, link: 9, ...suspended },
        { epoch: 1, mark: 8, link: 2, ...active },
      ],
      active,
    ],
    [
      'is cancelled for good',
      [
        { epoch: 0, mark: 7, link: 3, ...cancelled },
        { epoch: 1, mark: null, link: 9, ...active },
      ],
      cancelled,
    ],
    [
      'keeps its suspension beside a later line without a mark',
      [
        { epoch: 0, mark: 7, link: 3, ...suspended },
        { epoch: 1, mark: null, link: 9, ...active },
      ],
      { ...active, suspensions: suspended.suspensions },
    ],
    [
      'has the suspension of a line without a mark whose link is lower',
      [
        { epoch: 0, mark: 7, link: 5, ...active },
        { epoch: 0, mark: null, link: 3, ...suspended },
      ],
      { ...active, suspensions: suspended.suspensions },
    ],
  ])('%s, in any order of the lines', (_what, lines, { state, suspensions }) => {
    for (const ordered of [lines, lines.toReversed()]) {
      const standings = new Standings();
      for (const { epoch, mark, ...standing } of ordered)
        standings.add({ epoch, mark }, { id, reason: null, ...standing });
      expect([...standings]).toEqual([expect.objectContaining({ id, state, suspensions })]);
    }
  });
});
