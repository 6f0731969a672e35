import { Module } from '@nestjs/common';
import { Lines } from './lines.ts';

@Module({ providers: [Lines], exports: [Lines] })
export class LinesModule {}
