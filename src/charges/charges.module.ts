import { Module } from '@nestjs/common';
import { ChargeStore } from './charge.store.ts';
import { Charges } from './charges.ts';
import { CloseMonths } from './close-months.ts';

@Module({ providers: [Charges, ChargeStore, CloseMonths], exports: [Charges] })
export class ChargesModule {}
