import 'reflect-metadata';
import { CarrierFeed } from '../carrier/events/feed.ts';
import { readCommandEnvironment } from './command-environment.ts';
import { readOptions } from './terminal.ts';
import { withService } from './with-service.ts';

/** Replays the carrier events that were set aside: `npm run replay-events -- --help`. */

const USAGE = `npm run replay-events

Applies again, oldest first, the carriers' events that were set aside: those of lines that were unknown, and those that could
not be read. An event that still cannot be applied stays set aside, with the reason. Safe at any time, and more than once.

Reads DATABASE_URL and KEYRING; without DATABASE_URL it takes the database that npm start runs in DATA_DIR.
Exit code: 0 done, 1 failed, 2 wrong use.
`;

readOptions({}, USAGE);
const environment = await readCommandEnvironment();
await withService(environment, async (app) => {
  const outcomes = new Map<string, number>();
  for await (const { outcome } of app.get(CarrierFeed).playAgain())
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (const [outcome, events] of outcomes) process.stdout.write(`${outcome}: ${events} events\n`);
  if (outcomes.size === 0) process.stdout.write('no events are waiting for replay\n');
});
