import 'reflect-metadata';
import { readProcessEnvironment } from '../../config/environment.ts';
import { CarrierFeed } from '../carrier/events/feed.ts';
import { withService } from './with-service.ts';

/**
 * Replays the carrier events that were set aside, oldest first: `npm run replay-events`.
 * They concern lines that were unknown, or could not be parsed. An event that still
 * cannot be applied stays set aside, with the reason.
 * Safe at any time, and more than once.
 */

const environment = readProcessEnvironment(['DATABASE_URL', 'KEYRING']);
await withService(environment, async (app) => {
  const outcomes = new Map<string, number>();
  for await (const { outcome } of app.get(CarrierFeed).playAgain())
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (const [outcome, events] of outcomes) process.stdout.write(`${outcome}: ${events} events\n`);
  if (outcomes.size === 0) process.stdout.write('no events are waiting for replay\n');
});
