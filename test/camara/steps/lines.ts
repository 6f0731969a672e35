import { Given } from '@cucumber/cucumber';
import type { CamaraWorld } from './world.ts';

/** Hours of a year, for which the carrier has told of a line where a sentence says nothing else. */
const YEAR = 365 * 24;
/** The longest history that the service keeps, in days. */
const HISTORY_DAYS = 730;

Given(
  /^a valid (?:testing )?phone ?[nN]umber(?: supported by the service,)? (?:identified by the (?:access )?token(?: (?:or|and) provided in the request body)?|provided in the request body)$/,
  async function (this: CamaraWorld) {
    await this.useLine();
  },
);

// When SIM and handset were changed. Of the sentence without hours, a day ago.

Given(
  /^the (SIM for this phone number|device) has been swapped(?: in the last "?(\d+)"?(?: hours)?)?$/,
  async function (this: CamaraWorld, what: string, hours: string | null) {
    await this.changeLine(changed(what, hours === null ? 24 : Number(hours) - 1));
  },
);

Given(
  /^the (SIM for this phone number|device) has been swapped more than (\d+) hours ago$/,
  async function (this: CamaraWorld, what: string, hours: string) {
    await this.changeLine(changed(what, Number(hours) + 1));
  },
);

Given(
  /^the (?:last (device) swap occurred outside the monitoring period allowed by local regulation|(SIM for this phone number) has been swapped before the limited history window threshold)$/,
  async function (this: CamaraWorld, device: string | null, sim: string | null) {
    await this.changeLine({
      known: (HISTORY_DAYS + 70) * 24,
      ...changed(device ?? sim ?? '', (HISTORY_DAYS + 1) * 24),
    });
  },
);

Given(/^the (?:SIM for this phone number|device) has never been swapped$/, async function (this: CamaraWorld) {
  await this.changeLine({});
});

Given(
  /^(?:the activation of the SIM occurred more than "?(\d+)"? hours ago|the sim card has been associated with this device for more than "?(\d+)"? hours)$/,
  async function (this: CamaraWorld, activated: string | null, associated: string | null) {
    await this.changeLine({ known: Number(activated ?? associated) + 1 });
  },
);

Given(/^the last swap for this phone number's in the device is known$/, async function (this: CamaraWorld) {
  await this.changeLine({ handset: 48 });
});

// maxAge, by when that was.

Given(
  /^the (?:"maxAge" request body property|request body property "maxAge") is set to a value (equal or greater|less) than "(\d+)" within the allowed range$/,
  function (this: CamaraWorld, comparison: string, hours: string) {
    this.set({ maxAge: comparison === 'less' ? Number(hours) - 1 : Number(hours) });
  },
);

Given(
  /^the request body property "maxAge" is set to a value lower that the last known device swap$/,
  function (this: CamaraWorld) {
    this.set({ maxAge: this.changedHoursAgo - 1 });
  },
);

Given(
  /^the request body property "maxAge" is set to the number of hours since the last SIM swap minus 1$/,
  async function (this: CamaraWorld) {
    await this.changeLine({ sim: 48 });
    this.set({ maxAge: this.changedHoursAgo - 1 });
  },
);

Given(/^the last swap for this phone number's SIM was more than "maxAge" hours ago$/, function (this: CamaraWorld) {
  if (!(this.changedHoursAgo > Number(this.body?.['maxAge']))) throw new Error('it was not');
});

Given(
  /^the request body property "\$\.maxAge" is set to a valid value above the supported monitored period of the API Provider$/,
  async function (this: CamaraWorld) {
    // A carrier that began to tell of this line ten hours ago.
    await this.changeLine({ known: 10 });
    this.set({ maxAge: 11 });
  },
);

// The owner.

Given(
  /^the age information associated with the mobile subscription is (equal or greater|lower) that the age threshold provided$/,
  async function (this: CamaraWorld, comparison: string) {
    // Owners are born in 1990 where nothing else is said.
    if (comparison === 'lower') await ownedBy(this, { owner: { birthDate: '150101', genderDigit: '3' } });
  },
);

Given(/^the API Provider cannot verify the age information$/, async function (this: CamaraWorld) {
  await ownedBy(this, { holder: 'corporate' });
});

async function ownedBy(
  world: CamaraWorld,
  facts: Parameters<CamaraWorld['context']['service']['addLine']>[0],
): Promise<void> {
  world.line = await world.context.service.addLine(facts);
  await world.context.change(world.line.lineId, { known: YEAR });
  await world.useLine();
}

function changed(what: string, hours: number): { sim?: number; handset?: number } {
  return what === 'device' ? { handset: hours } : { sim: hours };
}
