import { Module } from '@nestjs/common';
import { History } from './history.ts';

/** Past authentications; purges those older than HISTORY_DAYS. */
@Module({ providers: [History], exports: [History] })
export class HistoryModule {}
