import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.ts';
import { PagesModule } from '../pages/pages.module.ts';
import { Contract } from './contract.ts';
import { DevelopersController } from './developers.controller.ts';
import { Library } from './library.ts';
import { Samples } from './samples.ts';
import { SecurityTextController } from './security-text.controller.ts';

/** The documents for developers, from the guides, the contract and the catalogue of problems. */
@Module({
  imports: [PagesModule, CustomersModule],
  controllers: [DevelopersController, SecurityTextController],
  providers: [Contract, Library, Samples],
  exports: [Contract, Samples],
})
export class DevelopersModule {}
