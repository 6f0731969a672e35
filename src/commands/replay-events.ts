import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { readProcessEnvironment } from '../../config/environment.ts';
import { AppModule } from '../app.module.ts';
import { CarrierFeed } from '../carrier/events/feed.ts';
import { configuredGateways } from '../gateways/configured.ts';

/**
 * Replays the carrier events that were set aside, oldest first: `npm run replay-events`.
 * They concern lines that were unknown, or could not be parsed. An event that still
 * cannot be applied stays set aside, with the reason.
 * Safe at any time, and more than once.
 */

const environment = readProcessEnvironment(['DATABASE_URL', 'KEYRING', 'SMPP_URL']);
const gateways = configuredGateways(environment);
const app = await NestFactory.createApplicationContext(AppModule.register({ environment, ...gateways }), {
  logger: ['error', 'warn'],
});
try {
  const outcomes = new Map<string, number>();
  for await (const { outcome } of app.get(CarrierFeed).playAgain())
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (const [outcome, events] of outcomes) process.stdout.write(`${outcome}: ${events} events\n`);
  if (outcomes.size === 0) process.stdout.write('no events are waiting for replay\n');
} finally {
  await app.close();
  await gateways.close();
}
