import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Consent } from './consent.entity.ts';
import { Consents } from './consents.ts';

/** What customers agreed to on the website, at the call centre and in the app. */
@Module({ imports: [TypeOrmModule.forFeature([Consent])], providers: [Consents], exports: [Consents] })
export class ConsentsModule {}
