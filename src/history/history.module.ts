import { Module } from '@nestjs/common';
import { History } from './history.ts';

@Module({ providers: [History], exports: [History] })
export class HistoryModule {}
