import { Module } from '@nestjs/common';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { FigureStore } from './figure.store.ts';
import { Figures } from './figures.ts';

/** Milliseconds between two looks for hours that are to be counted. */
const COUNT_MS = 60_000;

/** What relying parties and the call centre see of the authentications in numbers. */
@Module({ providers: [Figures, FigureStore], exports: [Figures] })
export class FiguresModule {
  constructor(tasks: RecurringTasks, figures: Figures) {
    tasks.oncePerCluster({ name: 'count hours', everyMs: COUNT_MS, run: (signal) => figures.countNext(signal) });
    tasks.purge('figures', () => figures.purge());
  }
}
