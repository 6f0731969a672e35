import { Module } from '@nestjs/common';
import { Notices } from './notices.ts';

@Module({ providers: [Notices], exports: [Notices] })
export class NoticesModule {}
