import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { OpenIdModule } from '../openid/openid.module.ts';
import { CamaraAnswers } from './camara-answers.ts';
import { DeviceSwapController } from './device-swap.controller.ts';
import { KycController } from './kyc.controller.ts';
import { Kyc } from './kyc.ts';
import { NumberVerificationController } from './number-verification.controller.ts';
import { OneTimePasswordController } from './one-time-password.controller.ts';
import { OneTimePasswords } from './one-time-passwords.ts';
import { SimSwapController } from './sim-swap.controller.ts';
import { SubjectsModule } from './subjects.module.ts';
import { SwapSubscriptionsModule } from './swap-subscriptions/swap-subscriptions.module.ts';
import { Swaps } from './swaps.ts';

/** The CAMARA APIs, for aggregators and banks that have clients for them. */
@Module({
  imports: [AuthenticationModule, HistoryModule, LinesModule, OpenIdModule, SubjectsModule, SwapSubscriptionsModule],
  controllers: [
    OneTimePasswordController,
    SimSwapController,
    DeviceSwapController,
    KycController,
    NumberVerificationController,
  ],
  providers: [CamaraAnswers, Kyc, OneTimePasswords, Swaps],
})
export class CamaraModule {}
