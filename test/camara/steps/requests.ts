import { randomUUID } from 'node:crypto';
import { Given, When } from '@cucumber/cucumber';
import { otherThan } from '../../support/service.ts';
import { unknownNumber } from '../context.ts';
import { MESSAGE, type CamaraWorld } from './world.ts';

/** An access token is valid for 300 seconds. */
const EXPIRED_MS = 301_000;
/** The longest `message`, in characters. */
const MESSAGE_LENGTH = 160;

/** The sentence about a member of the body, such as `the request body property "$.maxAge" is set to 12`. */
function member(rest: string): RegExp {
  return new RegExp(String.raw`^(?:the )?(?:request )?body property "(?:\$\.)?(\w+)" ${rest}$`);
}

// The address and the headers.

Given(/^an environment at "apiRoot"$/, function () {
  // The one service that was started.
});

Given(/^the resource "([^"]+)"(?: as (?:base url|BaseURL))?$/, function (this: CamaraWorld, resource: string) {
  this.resource = `/${resource.replace(/^\//, '')}`;
});

Given(/^the header "Content-Type" is set to "([^"]+)"$/, function (this: CamaraWorld, type: string) {
  this.headers.set('content-type', type);
});

Given(/^the header "x-correlator" complies with the schema at "[^"]+"$/, function (this: CamaraWorld) {
  this.headers.set('x-correlator', randomUUID());
});

Given(
  /^the header "Authorization" is set(?: to a valid access token(?: which does not identify a single phone number)?)?$/,
  function (this: CamaraWorld) {
    bear(this, this.context.token());
  },
);

Given(
  /^the header "Authorization" is set to (?:a valid access token (?:identifying a phone number|emitted for a different phone number)|a token for which neither Network-based nor SIM-based authentication was used)$/,
  function (this: CamaraWorld) {
    bear(this, this.context.personalToken);
    if (this.operation !== 'KYC_Match' && this.line) this.leaveOut('phoneNumber');
  },
);

Given(/^the header "Authorization" is set to an expired(?: access token)?$/, function (this: CamaraWorld) {
  bear(this, this.context.token({}, new Date(Date.now() - EXPIRED_MS)));
});

Given(
  /^the header "Authorization" is set to an invalid access token(?: which is invalid for reasons other than lifetime expiry)?$/,
  function (this: CamaraWorld) {
    bear(this, `${this.context.token()}x`);
  },
);

Given(
  /^the header "Authorization" is set to an access token without the required scope$/,
  function (this: CamaraWorld) {
    bear(this, this.context.token({ scopes: ['sim-swap:check'] }));
  },
);

Given(/^the header "Authorization" is (?:removed|not sent)$/, function (this: CamaraWorld) {
  this.headers.delete('authorization');
});

function bear(world: CamaraWorld, token: string): void {
  world.headers.set('authorization', `Bearer ${token}`);
}

// The body as a whole.

Given(
  /^the request body is set (?:by default to a request body compliant with the schema|to a valid (?:request body|parameter combination))$/,
  async function (this: CamaraWorld) {
    this.body = await this.compliantBody();
  },
);

Given(/^the request body is not included$/, function (this: CamaraWorld) {
  this.body = undefined;
});

Given(/^the request body is set to "\{\}"$/, function (this: CamaraWorld) {
  this.body = {};
});

Given(
  /^the request body is set to any value which is not compliant with the OAS schema at "[^"]+"$/,
  function (this: CamaraWorld) {
    this.set(this.operation === 'verifyAge' ? { ageThreshold: 'nineteen' } : { name: 1 });
  },
);

Given(/^the request body contains valid required properties$/, async function (this: CamaraWorld) {
  await this.useLine();
});

Given(
  /^the request body contains a random combination of valid optional parameters, including, but not limited to, .+ fields$/,
  function (this: CamaraWorld) {
    // Always the same combination, so that a failure repeats itself.
    const { idDocument, name, givenName, address, country, birthdate, email, gender, nationality } = VALUES;
    this.set({ idDocument, name, givenName, address, country, birthdate, email, gender, nationality });
  },
);

Given(/^the request body contains only the property "\$\.phoneNumber"$/, function (this: CamaraWorld) {
  this.body = { phoneNumber: this.body?.['phoneNumber'] };
});

Given(
  /^the request body does not contain neither "\$\.phoneNumber" nor "\$\.hashedPhoneNumber"$/,
  function (this: CamaraWorld) {
    this.leaveOut('phoneNumber');
    this.leaveOut('hashedPhoneNumber');
  },
);

// Members of the body.

Given(
  member(String.raw`is set to config_var: ?"(\w+)"`),
  async function (this: CamaraWorld, name: string, value: string) {
    if (value === 'message') this.set({ [name]: MESSAGE });
    else await this.useLine();
  },
);

Given(member('is set to "([^"]*)"'), function (this: CamaraWorld, name: string, value: string) {
  this.set({ [name]: value });
});

Given(member(String.raw`is set to (\d+|true|false)`), function (this: CamaraWorld, name: string, value: string) {
  this.set({ [name]: JSON.parse(value) as unknown });
});

Given(member('is not (?:valued|included|setted)'), function (this: CamaraWorld, name: string) {
  this.leaveOut(name);
});

Given(member(String.raw`is longer than config_var: ?"\w+"`), function (this: CamaraWorld, name: string) {
  this.set({ [name]: MESSAGE.padEnd(MESSAGE_LENGTH + 1, '.') });
});

Given(member('is set to an unknown value'), function (this: CamaraWorld, name: string) {
  this.set({ [name]: randomUUID() });
});

Given(member('is set to a format valid value'), function (this: CamaraWorld, name: string) {
  this.set({ [name]: '123456' });
});

Given(
  member('is set to a valid value (?:that complies|compliant) with the OAS schema at "[^"]+"'),
  function (this: CamaraWorld, name: string) {
    this.set({ [name]: VALUES[name] });
  },
);

Given(
  /^the request body optionally contains the property "\$\.(\w+)" with a value compliant with OAS schema at "[^"]+"$/,
  function (this: CamaraWorld, name: string) {
    this.set({ [name]: VALUES[name] });
  },
);

Given(
  /^the request body is set to a valid parameter combination with property "\$\.(\w+)" set to a valid formatted value that does perfectly match the value stored in the MNO system$/,
  async function (this: CamaraWorld, name: string) {
    // The owner of every line of the scenarios is a man who was born on 1990-01-01.
    this.set({ ...(await this.compliantBody()), [name]: VALUES[name] });
  },
);

Given(member('does not comply with the OAS schema at "[^"]+"'), function (this: CamaraWorld, name: string) {
  this.set({ [name]: name === 'phoneNumber' ? '010-1234-5678' : 'ten days' });
});

Given(
  member('is compliant with the schema but does not identify a valid phone number'),
  function (this: CamaraWorld, name: string) {
    this.set({ [name]: unknownNumber() });
  },
);

Given(
  member('(?:is )?set to a valid (?:testing )?(?:phone number|formatted value)'),
  async function (this: CamaraWorld, name: string) {
    this.line ??= await this.context.line();
    this.set({ [name]: this.line.phoneNumber });
  },
);

Given(
  member('is set to a valid phone number compliant with OAS schema at "[^"]+"'),
  function (this: CamaraWorld, name: string) {
    this.set({ [name]: name === 'hashedPhoneNumber' ? 'a'.repeat(64) : unknownNumber() });
  },
);

Given(/^the same phone number is compliant with OAS schema at "[^"]+"$/, function () {
  // The numbers of lines are.
});

Given(
  member('is set to a value that is not withing the range defined in OAS schema "[^"]+"'),
  function (this: CamaraWorld, name: string) {
    this.set({ [name]: 121 });
  },
);

Given(member('is set to a value greater than the allowed range'), function (this: CamaraWorld, name: string) {
  this.set({ [name]: 2401 });
});

/** A value for each attribute; birth date and gender are those of the lines' owner. */
const VALUES: Record<string, unknown> = {
  ageThreshold: 19,
  idDocument: '66666666q',
  idDocumentType: 'passport',
  idDocumentExpiryDate: '2035-07-12',
  name: '홍길동',
  givenName: '길동',
  familyName: '홍',
  nameKanaHankaku: 'federica',
  nameKanaZenkaku: 'Ｆｅｄｅｒｉｃａ',
  middleNames: '없음',
  familyNameAtBirth: '홍',
  address: '서울특별시 중구 세종대로 110',
  streetName: '세종대로',
  streetNumber: '110',
  postalCode: '04524',
  region: '서울특별시',
  locality: '중구',
  country: 'KR',
  houseNumberExtension: '1',
  birthdate: '1990-01-01',
  email: 'hong@example.com',
  gender: 'MALE',
  cityOfBirth: '서울',
  countryOfBirth: 'KR',
  nationality: 'KR',
};

// Codes by text message.

Given(
  member(
    'is set to a phone number (that cannot receive SMS|that target a landline|that did not belong to the operator)',
  ),
  function (this: CamaraWorld, name: string, which: string) {
    this.set({ [name]: NUMBERS[which] });
  },
);

const NUMBERS: Record<string, string> = {
  'that cannot receive SMS': '+827012345678',
  'that target a landline': '+82212345678',
  'that did not belong to the operator': '+34666111333',
};

Given(
  /^\(config_var:"max_send"-1\) of send-code requests for this phone number has been submitted$/,
  async function (this: CamaraWorld) {
    // The sixth code in ten minutes is the first one too many.
    for (const _time of [1, 2, 3, 4, 5]) await this.sendCode();
  },
);

Given(/^an authenticationId has been retrieved from a send-code request$/, async function (this: CamaraWorld) {
  await useSentCode(this);
});

Given(member('is set to the value from send-code request'), async function (this: CamaraWorld, _name: string) {
  await useSentCode(this);
});

Given(
  member('is set to (?:the )?(?:code |value )?received in the SMS(?: for this first request)?'),
  function (this: CamaraWorld, name: string) {
    this.set({ [name]: sent(this).code });
  },
);

Given(
  member('is set to a value distinct from the value received in the SMS'),
  function (this: CamaraWorld, name: string) {
    this.set({ [name]: otherThan(sent(this).code) });
  },
);

Given(/^the time elapsed since the send-code exceed the allowed time$/, async function (this: CamaraWorld) {
  await this.context.service.rows.authentications.expire(sent(this).authenticationId);
});

Given(
  /^Two send-code request has been sequentially triggered for the same phoneNumber$/,
  async function (this: CamaraWorld) {
    const first = await this.sendCode();
    await this.sendCode();
    codes.set(this, first);
  },
);

Given(/^a validate-code has been succesfully performed for a authenticationId$/, async function (this: CamaraWorld) {
  await useSentCode(this);
  const { status } = await this.send(this.operation);
  if (status !== 204) throw new Error(`the code was not accepted: ${status}`);
});

Given(
  member('is (?:set to the value got for the first send-code request|valued again with this authenticationId)'),
  function (this: CamaraWorld, name: string) {
    this.set({ [name]: sent(this).authenticationId });
  },
);

Given(
  /^\(config_var:"max_try"-1\) calls with the request body property "\$\.code" set to a value distinct from the value received in the SMS were performed$/,
  async function (this: CamaraWorld) {
    this.set({ code: otherThan(sent(this).code) });
    // The fifth wrong code is the last one.
    for (const _time of [1, 2, 3, 4]) await this.send(this.operation);
  },
);

interface SentCode {
  authenticationId: string;
  code: string;
}
const codes = new WeakMap<CamaraWorld, SentCode>();

function sent(world: CamaraWorld): SentCode {
  const found = codes.get(world);
  if (!found) throw new Error('no code was sent before');
  return found;
}

/** Sends a code, and names it in the body as its owner would. */
async function useSentCode(world: CamaraWorld): Promise<void> {
  const of = await world.sendCode();
  codes.set(world, of);
  world.set({ ...of });
}

// Sending.

When(/^the HTTP "(\w+)" request is sent$/, async function (this: CamaraWorld, method: string) {
  // The file about subscriptions says of a request what is in it after it says that it is sent.
  if (this.isOfSubscriptions) this.method = method;
  else await this.send(this.operation, method);
});

When(/^the request "(\w+)" is sent$/, async function (this: CamaraWorld, operation: string) {
  await this.send(operation);
});
