import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { MEMBER_ROLES, mayMember, type MemberPermission } from '../../src/domain/console.ts';
import { eventually } from '../support/eventually.ts';
import { LogInBrowser } from '../support/log-in.ts';
import { ConsoleBrowser, Member, textOf } from '../support/console.ts';
import { codeOf, wrongCodeFor, type PageAnswer } from '../support/desk.ts';
import { KeyHost } from '../support/key-host.ts';
import { packed, TestService } from '../support/service.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

const SHOP = 'demo-shop';
const BANK = 'demo-bank';
const UNKNOWN = '0198c5f0-0000-7000-8000-000000000001';
const PASSWORD = 'correct horse battery';

let service: TestService;
let receiver: WebhookReceiver;
let owner: Member;
let developer: Member;
let viewer: Member;
let stranger: Member;

beforeAll(async () => {
  [service, receiver] = await Promise.all([TestService.start(), WebhookReceiver.start()]);
  [owner, developer, viewer, stranger] = await Promise.all([
    Member.of(service, { [SHOP]: 'owner' }),
    Member.of(service, { [SHOP]: 'developer' }),
    Member.of(service, { [SHOP]: 'viewer' }),
    Member.of(service, { [BANK]: 'owner' }),
  ]);
});
afterAll(async () => {
  await service.stop();
  await receiver.stop();
});

const at = (page: string, clientId = SHOP) => `/console/clients/${clientId}${page && `/${page}`}`;
const command = async (...words: string[]) => {
  const env = { ...process.env, ...service.env, ISSUER: service.issuer };
  const { stdout } = await promisify(execFile)(process.execPath, [packed('commands/console-people'), ...words], {
    env,
  });
  return JSON.parse(stdout) as Record<string, string>;
};
const fieldIn = ({ html }: PageAnswer, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
const secretIn = ({ html }: PageAnswer) => /class="shown-secret"><code>([^<]+)</.exec(html)?.[1] ?? '';
const membersOf = async (member: Member, clientId = SHOP) => textOf(await member.get(at('people', clientId)));
/** Invites a person by the console; returns the path of the link. */
async function invite(by: Member, role: string, invitee = '새 사람'): Promise<string> {
  const answer = await by.confirm(at('people/invite'), { invitee, role });
  expect(answer.status).toBe(200);
  return new URL(secretIn(answer)).pathname;
}
/** The id of a person's membership, as the page of the shop's people has it. */
async function memberIdOf({ login }: Member): Promise<string> {
  const [, ...forms] = (await owner.get(at('people'))).html.split('<details');
  const form = forms.find((part) => part.includes(login)) ?? '';
  return /people\/([\w-]{36})\/role/.exec(form)?.[1] ?? '';
}
/** What a person sends who joins by a link. */
async function joining(browser: ConsoleBrowser, link: string, login: string, other: Record<string, string> = {}) {
  const page = await browser.follow(link);
  expect(page.status).toBe(200);
  const totpSecret = secretIn(page).replaceAll(' ', '');
  const code = codeOf(totpSecret);
  const sealed = fieldIn(page, 'sealed');
  const fields = {
    sealed,
    login,
    name: '박새롬',
    chosen: PASSWORD,
    again: PASSWORD,
    code,
    ...other,
  };
  return {
    totpSecret,
    code,
    answer: await browser.postRaw('/console/invitation/join', { form: fieldIn(page, 'form'), ...fields }),
  };
}

/** Every page and form of a client, with the permission that it requires. */
const ROUTES: readonly (readonly ['GET' | 'POST', string, MemberPermission])[] = [
  ['GET', '', 'look'],
  ['GET', 'log', 'look'],
  ['GET', `log/${UNKNOWN}`, 'look'],
  ['GET', 'figures', 'look'],
  ['GET', 'tests', 'look'],
  ['GET', 'webhooks', 'look'],
  ['GET', `webhooks/${UNKNOWN}`, 'look'],
  ['GET', 'webhooks/events/msg_0198c5f0000070008000000000000001', 'look'],
  ['GET', 'app', 'look'],
  ['GET', 'people', 'look'],
  ['POST', 'webhooks', 'webhooks'],
  ['POST', `webhooks/${UNKNOWN}`, 'webhooks'],
  ['POST', `webhooks/${UNKNOWN}/disable`, 'webhooks'],
  ['POST', `webhooks/${UNKNOWN}/enable`, 'webhooks'],
  ['POST', `webhooks/${UNKNOWN}/remove`, 'webhooks'],
  ['POST', `webhooks/${UNKNOWN}/secret`, 'webhooks'],
  ['POST', `webhooks/${UNKNOWN}/test`, 'webhooks'],
  ['POST', 'webhooks/events/msg_0198c5f0000070008000000000000001/resend', 'webhooks'],
  ['POST', 'app/test-secret', 'test'],
  ['POST', 'app/test-keys', 'test'],
  ['POST', 'app/secret', 'keys'],
  ['POST', 'app/method', 'keys'],
  ['POST', 'app/keys', 'keys'],
  ['POST', 'app/addresses', 'keys'],
  ['POST', 'app/protocols', 'keys'],
  ['POST', 'app/switches', 'keys'],
  ['POST', 'people/invite', 'people'],
  ['POST', `people/invitations/${UNKNOWN}/withdraw`, 'people'],
  ['POST', `people/${UNKNOWN}/role`, 'people'],
  ['POST', `people/${UNKNOWN}/end`, 'people'],
];
const send = (member: ConsoleBrowser, method: 'GET' | 'POST', path: string, fields: Record<string, string> = {}) =>
  method === 'GET' ? member.get(path) : member.post(path, fields);

describe('who may do what', () => {
  it('a higher role may do all that a lower one may', () => {
    for (const [, , permission] of ROUTES) {
      const may = MEMBER_ROLES.map((role) => mayMember(role, permission));
      expect([...may].sort()).toEqual(may);
    }
  });

  it.each(ROUTES)('%s %s requires its permission, and of no role more', async (method, path, permission) => {
    const members = { viewer, developer, owner };
    for (const role of MEMBER_ROLES) {
      const { status, html } = await send(members[role], method, at(path));
      if (mayMember(role, permission)) expect([role, [200, 303, 404, 422].includes(status)]).toEqual([role, true]);
      else expect([role, status, html.includes('소유자')]).toEqual([role, 403, true]);
    }
  });

  it.each(ROUTES)('%s %s of another client answers as for a client that does not exist', async (method, path) => {
    const [other, none] = await Promise.all([
      send(stranger, method, at(path)),
      send(stranger, method, at(path, 'nobody-knows')),
    ]);
    const plain = ({ html }: PageAnswer) => html.replaceAll(/(nonce|value)="[^"]*"/g, '');
    expect([other.status, none.status]).toEqual([404, 404]);
    expect(plain(other)).toBe(plain(none));
  });

  it.each(ROUTES)('%s %s leads a person who is not signed in to the sign-in', async (method, path) => {
    const browser = new ConsoleBrowser(service);
    const answer = await send(browser, method, at(path));
    expect(method === 'GET' ? [answer.status, answer.location] : [answer.status]).toEqual(
      method === 'GET' ? [303, `/console/sign-in?then=${encodeURIComponent(at(path))}`] : [401],
    );
  });

  it.each(ROUTES.filter(([method]) => method === 'POST'))('%s %s refuses a form of another site', async (_, path) => {
    const answer = await owner.postRaw(at(path), { form: 'A'.repeat(43) });
    expect(answer.status).toBe(403);
    const crossSite = await owner.post(
      at(path),
      {},
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
    );
    expect(crossSite.status).toBe(403);
  });

  it('a session of the console is none at the desk, and one of the desk none here', async () => {
    const cookie = owner.cookies.get('console')!;
    const atDesk = await fetch(`${service.issuer}/operator`, {
      headers: { Cookie: `desk=${cookie}` },
      redirect: 'manual',
    });
    expect([atDesk.status, atDesk.headers.get('location')]).toEqual([303, '/operator/sign-in']);
  });

  it('things of another client are unknown under the own client’s address too', async () => {
    const added = await service.call<{ id: string }>(
      'POST',
      '/v1/webhook-endpoints',
      {
        url: receiver.url('/bank'),
        types: ['*'],
      },
      { clientId: BANK },
    );
    const { id } = (
      await service.call<{ id: string }>(
        'POST',
        `/v1/webhook-endpoints/${added.body.id}/test`,
        { type: 'test' },
        { clientId: BANK },
      )
    ).body;
    const started = await service.start(await service.addLine(), { clientId: BANK });
    for (const [method, path] of [
      ['GET', `webhooks/${added.body.id}`],
      ['POST', `webhooks/${added.body.id}/disable`],
      ['POST', `webhooks/${added.body.id}/secret`],
      ['GET', `webhooks/events/${id}`],
      ['POST', `webhooks/events/${id}/resend`],
      ['GET', `log/${started.body.id}`],
    ] as const) {
      const answer = await send(owner, method, at(path), { endpoint: added.body.id });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await stranger.get(at(`log/${started.body.id}`, BANK))).status).toBe(200);
    expect((await stranger.get(at(`webhooks/events/${id}`, BANK))).status).toBe(200);
  });
});

describe('people', () => {
  it('the first owner comes by the command, with a login, a password and an authenticator of their own', async () => {
    const { link = '' } = await command('invite', SHOP, '첫 소유자', '--json');
    const path = new URL(link).pathname;
    expect(link).toBe(`${service.issuer}${path}`);
    const browser = new ConsoleBrowser(service);
    const page = await browser.follow(path);
    expect(textOf(page)).toMatch(/한빛서점 참여.*소유자 역할/);
    const { totpSecret, code, answer } = await joining(browser, path, 'first-owner');
    expect([answer.status, answer.location]).toEqual([303, '/console/sign-in?done=joined']);
    expect(await service.rows.console.membershipsOf('first-owner')).toEqual({ roles: { [SHOP]: 'owner' }, ended: 0 });

    // The one-time password that proved the authenticator is spent.
    const typed = { login: 'first-owner', password: PASSWORD, code };
    expect((await browser.post('/console/sign-in', typed)).status).toBe(401);
    await service.rows.console.forgetTotp('first-owner');
    const signedIn = await browser.post('/console/sign-in', { ...typed, code: codeOf(totpSecret) });
    expect([signedIn.status, signedIn.location]).toEqual([303, '/console']);
    expect((await browser.get('/console')).location).toBe(`/console/clients/${SHOP}`);
    expect((await service.rows.console.audited('console:first-owner')).map(({ action }) => action)).toEqual([
      'console-sign-in',
      `console-accept-invitation ${SHOP}`,
    ]);
    await command('end', SHOP, 'first-owner', '--json');
    expect((await browser.get(`/console/clients/${SHOP}`)).status).toBe(404);
  });

  it('a link serves once, and of two people at the same time one gets it', async () => {
    const link = await invite(owner, 'viewer');
    const browsers = [new ConsoleBrowser(service), new ConsoleBrowser(service)];
    const joined = await Promise.all(browsers.map((one, number) => joining(one, link, `twin-${number}`)));
    expect(joined.map(({ answer }) => answer.status).sort()).toEqual([303, 404]);
    const roles = await Promise.all(['twin-0', 'twin-1'].map((login) => service.rows.console.membershipsOf(login)));
    expect(roles.filter((one) => one.roles[SHOP] === 'viewer')).toHaveLength(1);
    expect((await new ConsoleBrowser(service).follow(link)).status).toBe(404);
  });

  it('the secret of a link stays in a cookie, and in no address or page that the link leads to', async () => {
    const link = await invite(owner, 'viewer');
    const browser = new ConsoleBrowser(service);
    const opened = await browser.get(link);
    expect([opened.status, opened.location, opened.html]).toEqual([303, '/console/invitation', '']);
    expect(opened.headers.get('set-cookie')).toMatch(/^console-invitation=[\w-]{43}; .*HttpOnly; SameSite=Lax/);
    expect(opened.headers.get('referrer-policy')).toBe('no-referrer');
    const secret = link.split('/').at(-1)!;
    const page = await browser.get(opened.location!);
    expect([page.status, page.html.includes(secret)]).toEqual([200, false]);
    const { answer } = await joining(browser, link, 'no-secret');
    expect(answer.headers.getSetCookie().join()).toContain('console-invitation=; Path=/; Max-Age=0');
    expect(browser.cookies.has('console-invitation')).toBe(false);
    await withdrawAll();
  });

  it('a person who has an account accepts with it, also after signing in by the link', async () => {
    const link = await invite(owner, 'developer');
    const guest = await Member.of(service, {});
    expect(textOf(await guest.get('/console'))).toContain('구성원으로 있는 서비스가 없습니다');
    const page = await guest.follow(link);
    expect(textOf(page)).toContain(guest.login);
    const accepted = await guest.postRaw('/console/invitation/accept', { form: fieldIn(page, 'form') });
    expect([accepted.status, accepted.location]).toEqual([303, `/console/clients/${SHOP}`]);
    expect((await guest.get('/console')).location).toBe(`/console/clients/${SHOP}`);

    const second = await invite(owner, 'owner');
    expect(textOf(await guest.follow(second))).toContain('이미 개발자');
    const burnt = await guest.postRaw('/console/invitation/accept', { form: await guest.formToken() });
    expect(burnt.location).toBe(`/console/clients/${SHOP}`);
    expect((await service.rows.console.membershipsOf(guest.login)).roles).toEqual({ [SHOP]: 'developer' });
    expect((await new ConsoleBrowser(service).follow(second)).status).toBe(200);
    await withdrawAll();

    const other = await new ConsoleBrowser(service).get('/console/sign-in?then=%2Fconsole%2Finvitation');
    expect(fieldIn(other, 'then')).toBe('/console/invitation');
    const away = await new ConsoleBrowser(service).get('/console/sign-in?then=https%3A%2F%2Fevil.example');
    expect(fieldIn(away, 'then')).toBe('');
  });

  it.each([
    ['a short password', { chosen: 'short', again: 'short' }, '12자 이상'],
    ['different passwords', { again: `${PASSWORD}!` }, '일치하지 않습니다'],
    ['a login that no account may have', { login: '박새롬' }, '이름과 아이디를 확인'],
    ['a name of blanks', { name: '​' }, '이름과 아이디를 확인'],
    ['a wrong one-time password', { code: '000000000' }, '코드가 맞지 않습니다'],
    ['a secret that no page showed', { sealed: 'AAAA' }, '코드가 맞지 않습니다'],
  ])('%s is told, and the link still serves', async (_, wrong, sentence) => {
    const link = await invite(owner, 'viewer');
    const { answer } = await joining(new ConsoleBrowser(service), link, 'not-yet', wrong);
    expect(answer.status).toBe(422);
    expect(textOf(answer)).toContain(sentence);
    expect((await new ConsoleBrowser(service).follow(link)).status).toBe(200);
    await withdrawAll();
  });

  it('a login that is taken is told, and the link still serves', async () => {
    const link = await invite(owner, 'viewer');
    const { answer } = await joining(new ConsoleBrowser(service), link, viewer.login);
    expect([answer.status, textOf(answer).includes('이미 사용 중인 아이디')]).toEqual([422, true]);
    await withdrawAll();
    expect((await new ConsoleBrowser(service).follow(link)).status).toBe(404);
  });

  it('an invitation that is too old, and a text that never was one, are answered alike', async () => {
    const link = await invite(owner, 'viewer');
    await service.rows.console.expireInvitations(SHOP);
    for (const path of [link, `/console/invitations/${'x'.repeat(43)}`, '/console/invitations/%00']) {
      const answer = await new ConsoleBrowser(service).follow(path);
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  it('an owner changes a role, and ends a membership at once', async () => {
    const person = await Member.of(service, { [SHOP]: 'viewer', [BANK]: 'viewer' });
    const changed = await owner.confirm(at(`people/${await memberIdOf(person)}/role`), { role: 'developer' });
    expect(changed.location).toBe(`${at('people')}?done=role`);
    expect((await service.rows.console.membershipsOf(person.login)).roles).toEqual({
      [SHOP]: 'developer',
      [BANK]: 'viewer',
    });
    expect((await person.get(`/console/clients/${SHOP}`)).status).toBe(200);
    const ended = await owner.confirm(at(`people/${await memberIdOf(person)}/end`));
    expect(ended.location).toBe(`${at('people')}?done=end`);
    expect((await person.get(`/console/clients/${SHOP}`)).status).toBe(404);
    expect((await person.get(`/console/clients/${BANK}`)).status).toBe(200);
    expect((await owner.confirm(at(`people/${UNKNOWN}/end`))).status).toBe(404);
  });

  it('what an owner invited ends with the owner, and what another one invited does not', async () => {
    const leaving = await Member.of(service, { [SHOP]: 'owner' });
    const links = [await invite(leaving, 'owner'), await invite(owner, 'viewer')];
    expect((await owner.confirm(at(`people/${await memberIdOf(leaving)}/role`), { role: 'developer' })).status).toBe(
      303,
    );
    const answers = await Promise.all(links.map((link) => new ConsoleBrowser(service).follow(link)));
    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
    await withdrawAll();
  });

  it('a person changes the authenticator, which the audit has, and signs in with the new one', async () => {
    const link = await invite(owner, 'viewer');
    const browser = new ConsoleBrowser(service);
    const { totpSecret: old } = await joining(browser, link, 'new-phone');
    await service.rows.console.forgetTotp('new-phone');
    const typed = { login: 'new-phone', password: PASSWORD };
    await browser.post('/console/sign-in', { ...typed, code: codeOf(old) });
    const page = await browser.get('/console/authenticator');
    const totpSecret = secretIn(page).replaceAll(' ', '');
    await service.rows.console.forgetTotp('new-phone');
    const form = { form: fieldIn(page, 'form'), sealed: fieldIn(page, 'sealed'), present: PASSWORD, old: codeOf(old) };
    const wrong = await browser.postRaw('/console/authenticator', { ...form, code: '000000000' });
    expect([wrong.status, secretIn(wrong)]).toEqual([422, secretIn(page)]);
    const right = await browser.postRaw('/console/authenticator', { ...form, code: codeOf(totpSecret) });
    expect([right.status, right.location]).toEqual([303, '/console?done=authenticator']);
    const home = await browser.get((await browser.get(right.location!)).location!);
    expect(textOf(home)).toContain('인증 앱을 변경했습니다');
    expect((await service.rows.console.audited('console:new-phone'))[0]).toMatchObject({
      action: 'console-authenticator',
      outcome: 'done',
    });
    await service.rows.console.forgetTotp('new-phone');
    const again = new ConsoleBrowser(service);
    expect((await again.post('/console/sign-in', { ...typed, code: codeOf(totpSecret) })).status).toBe(303);
  });

  it('a client may have any id, also one that is a word of the console', async () => {
    for (const clientId of ['password', 'sign-in', 'clients', 'invitations', 'a.b~c']) {
      await service.rows.clients.register({ clientId, secret: 'a secret' });
      const boss = await Member.of(service, { [clientId]: 'owner' });
      const home = (await boss.get('/console')).location;
      expect([clientId, (await boss.get(home!)).status]).toEqual([clientId, 200]);
    }
  });

  it('an account that is disabled by the command is signed out, and what it invited ends', async () => {
    const lost = await Member.of(service, { [SHOP]: 'owner', [BANK]: 'viewer' });
    const link = await invite(lost, 'viewer');
    await command('disable', lost.login, '--json');
    expect((await lost.get(`/console/clients/${BANK}`)).location).toContain('/console/sign-in');
    expect((await new ConsoleBrowser(service).follow(link)).status).toBe(404);
    await expect(command('disable', lost.login)).rejects.toMatchObject({
      stderr: expect.stringContaining('No account'),
    });
  });

  it('one link cannot be used to make the service hash again and again', async () => {
    const link = await invite(owner, 'viewer');
    const statuses: number[] = [];
    for (let time = 0; time < 21; time += 1) {
      const { answer } = await joining(new ConsoleBrowser(service), link, viewer.login);
      statuses.push(answer.status);
    }
    expect([statuses.slice(0, 20).every((one) => one === 422), statuses[20]]).toEqual([true, 429]);
    await withdrawAll();
  });

  it('two owners who lower each other at the same time leave one', async () => {
    const [one, other] = await Promise.all([Member.of(service, {}), Member.of(service, {})]);
    const clientId = 'demo-securities';
    const ids = await Promise.all(
      [one, other].map(({ accountId }) => service.rows.console.addMember(clientId, accountId, 'owner')),
    );
    const answers = await Promise.all([
      one.confirm(at(`people/${ids[1]}/role`, clientId), { role: 'viewer' }),
      other.confirm(at(`people/${ids[0]}/end`, clientId)),
    ]);
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    const owners = await Promise.all([one, other].map(({ login }) => service.rows.console.membershipsOf(login)));
    expect(owners.filter(({ roles }) => roles[clientId] === 'owner')).toHaveLength(1);
  });

  it('what is no whole one-time password counts nothing', async () => {
    const hasty = await Member.of(service, { [SHOP]: 'owner' });
    for (const code of ['', '12', '12345', '1234567', 'abcdef']) {
      const answer = await hasty.post(at('people/invite'), { invitee: '누군가', role: 'viewer', code });
      expect([answer.status, textOf(answer).includes('변경하지 않았습니다')]).toEqual([422, true]);
    }
    const right = { invitee: '새 사람', role: 'viewer', code: codeOf(hasty.totpSecret) };
    expect((await hasty.post(at('people/invite'), right)).status).toBe(200);
  });

  it('without the right one-time password nothing changes; five wrong ones lock, and the audit says so', async () => {
    const careless = await Member.of(service, { [SHOP]: 'owner' });
    const wrong = wrongCodeFor(careless.totpSecret);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const answer = await careless.post(at('people/invite'), { invitee: '누군가', role: 'owner', code: wrong });
      expect([answer.status, textOf(answer).includes('변경하지 않았습니다')]).toEqual([422, true]);
    }
    const locked = await careless.post(at('people/invite'), {
      invitee: '누군가',
      role: 'owner',
      code: codeOf(careless.totpSecret),
    });
    expect(locked.status).toBe(422);
    expect(await membersOf(careless)).not.toContain('누군가');
    const [last] = await service.rows.console.audited(`console:${careless.login}`);
    expect(last).toMatchObject({ action: 'console-confirm', outcome: 'too_many_requests' });
  });
});

/** Withdraws every invitation of the shop that waits. */
async function withdrawAll(): Promise<void> {
  const { html } = await owner.get(at('people'));
  for (const [, id] of html.matchAll(/invitations\/([\w-]{36})\/withdraw/g)) {
    expect((await owner.post(at(`people/invitations/${id}/withdraw`))).status).toBe(303);
  }
}

describe('the log', () => {
  it('finds an authentication by its id, and says what happened and why it failed', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    await subscriber.phone.decline(id, 'not_me');
    const listed = textOf(await viewer.get(at('log')));
    expect(listed).toContain(id.slice(-12));
    const found = await viewer.get(at(`log?id=${id.toUpperCase()}`));
    expect([found.status, found.location]).toEqual([303, at(`log/${id}`)]);
    const page = textOf(await viewer.get(at(`log/${id}`)));
    expect(page).toMatch(/이용 기관 서버가 시작했습니다.*본인이 거절했습니다.*모르는 요청/);
    const { phoneNumber, birthDate } = subscriber.person;
    for (const secret of [phoneNumber, phoneNumber.replace('+82', '0'), birthDate]) expect(page).not.toContain(secret);
    expect(textOf(await viewer.get(at(`log?id=${UNKNOWN}`)))).toContain('이 ID의 인증이 없거나');
    expect(textOf(await viewer.get(at('log?state=declined&channel=push')))).toContain(id.slice(-12));
    expect(textOf(await viewer.get(at('log?state=verified')))).not.toContain(id.slice(-12));
  });

  it('names no person of a log-in by OpenID Connect: its scopes say what the client learns', async () => {
    const [clientId, redirect] = ['console-log-ins', 'https://log-ins.example/back'];
    const scopes = ['authentications', 'openid'];
    await service.rows.clients.register({ clientId, secret: 'secret', scopes, returnUrls: [redirect] });
    const looker = await Member.of(service, { [clientId]: 'viewer' });
    const person = await service.addLine();
    const asked = { client_id: clientId, response_type: 'code', redirect_uri: redirect, scope: 'openid', nonce: 'n' };
    const address = `${service.issuer}/oauth2/authorize?${new URLSearchParams(asked).toString()}`;
    const back = await new LogInBrowser(service).logIn(address, person);
    expect(back.searchParams.get('code')).not.toBeNull();
    const list = await looker.get(at('log', clientId));
    const id = /\/log\/([\w-]{36})/.exec(list.html)?.[1] ?? '';
    for (const page of [list, await looker.get(at(`log/${id}`, clientId))]) {
      expect(page.status).toBe(200);
      expect(textOf(page)).not.toContain('****');
    }
    // As it does of a person whom the client itself named.
    await service.start(await service.addLine());
    expect(textOf(await viewer.get(at('log')))).toContain('****');
  });

  it('tells a person whom the service does not know from nobody who did not open in time', async () => {
    const [subscriber, unknown] = await Promise.all([service.subscriber(), service.addLine()]);
    const ids = await Promise.all(
      [subscriber.person, { ...unknown, birthDate: '910203' }].map(
        async (person) => (await service.start(person)).body.id,
      ),
    );
    const pages = await Promise.all(ids.map(async (id) => textOf(await viewer.get(at(`log/${id}`)))));
    expect(pages.map((page) => page.includes('발송 처리했습니다'))).toEqual([true, true]);
  });

  it.each(['?state=none&channel=1&from=x&until=2026-13-45&after=zzz', '?id=%00%27', '?mode=both&after=', '?id[]=1'])(
    'takes %s as no filter',
    async (query) => {
      expect([200, 404]).toContain((await viewer.get(at(`log${query}`))).status);
    },
  );
});

describe('a page with a query', () => {
  it.each(['constructor', '__proto__', 'toString', 'nothing'])('tells of nothing done for %s', async (done) => {
    const { status, html } = await viewer.get(at(`people?done=${done}`));
    expect([status, html.includes('good-note')]).toEqual([200, false]);
  });

  it.each(['figures?span=30d', 'log?state=declined', 'webhooks'])(
    '%s leads to itself in the other language',
    async (path) => {
      const { html } = await viewer.get(at(path));
      const link = /href="([^"]*lang=en)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
      const { searchParams, pathname } = new URL(link!, service.issuer);
      const [page, query] = path.split('?');
      expect([pathname, searchParams.get('lang')]).toEqual([at(page!), 'en']);
      for (const [name, value] of new URLSearchParams(query)) expect(searchParams.get(name)).toBe(value);
    },
  );

  it('is where a person comes back to who has to sign in first', async () => {
    const wanted = at('figures?span=30d');
    const { location } = await new ConsoleBrowser(service).get(wanted);
    expect(location).toBe(`/console/sign-in?then=${encodeURIComponent(wanted)}`);
    expect(fieldIn(await new ConsoleBrowser(service).get(location!), 'then')).toBe(wanted);
  });
});

describe('figures and tests', () => {
  it.each(['today', '7d', '30d', 'x'])('the figures of %s are a page with plots and tables', async (span) => {
    const answer = await viewer.get(at(`figures?span=${span}`));
    expect(answer.status).toBe(200);
    expect(answer.html).toMatch(/<svg[^]*<table/);
  });

  it('a developer makes a test secret, starts a test with it, and reads its code', async () => {
    const made = await developer.post(at('app/test-secret'), { overlap: '3600' });
    const testSecret = secretIn(made);
    expect(testSecret).toMatch(/^test_[\w-]{43}$/);
    const token = await fetch(`${service.issuer}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: SHOP, client_secret: testSecret }),
    });
    const { access_token: bearer } = (await token.json()) as { access_token: string };
    const headers = { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' };
    const started = await fetch(`${service.issuer}/v1/authentications`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ phoneNumber: '010-0000-0011', birthDate: '900101', genderDigit: '1', purpose: '시험' }),
    });
    const { id } = (await started.json()) as { id: string };
    const page = await viewer.get(at('tests'));
    const code = /class="console-code">(\d{6})</.exec(page.html)?.[1];
    expect(textOf(page)).toContain(id.slice(-12));
    const verified = await fetch(`${service.issuer}/v1/authentications/${id}/verification`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ code }),
    });
    expect(verified.status).toBe(200);
    expect(textOf(await viewer.get(at(`log/${id}?mode=test`)))).toContain('확인되었습니다');
    expect((await viewer.get(at(`log/${id}`))).status).toBe(404);
  });
});

describe('the app', () => {
  it('an owner makes a new secret, which is shown once, and the former one serves for the time chosen', async () => {
    const clientId = 'console-shop';
    await service.rows.clients.register({ clientId, secret: 'former' });
    const boss = await Member.of(service, { [clientId]: 'owner' });
    const tokenWith = async (secret: string) =>
      (
        await fetch(`${service.issuer}/oauth2/token`, {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret }),
        })
      ).status;
    const made = await boss.confirm(at('app/secret', clientId), { overlap: '3600' });
    const secret = secretIn(made);
    expect([made.status, await tokenWith(secret), await tokenWith('former')]).toEqual([200, 200, 200]);
    const last = secretIn(await boss.confirm(at('app/secret', clientId), { overlap: '0' }));
    expect([await tokenWith(last), await tokenWith(secret)]).toEqual([200, 401]);
    const page = await boss.get(at('app', clientId));
    for (const one of ['former', secret, last]) expect(page.html).not.toContain(one);
    expect((await service.rows.console.audited(`console:${boss.login}`)).map(({ action }) => action)).toEqual([
      `console-rotate-secret ${clientId}`,
      `console-rotate-secret ${clientId}`,
    ]);
  });

  it('a wrong one-time password changes nothing, and what was chosen stays chosen', async () => {
    const secret = await owner.post(at('app/secret'), { overlap: '0', code: '1' });
    expect(secret.html).toMatch(/value="0"\s+selected/);
    const switches = await owner.post(at('app/switches'), { refusesSms: 'yes', code: '1' });
    expect(switches.html).toMatch(/name="refusesSms"\s+value="yes"\s+checked/);
    expect((await owner.get(at('app'))).html).not.toMatch(/name="refusesSms"\s+value="yes"\s+checked/);
    await service.rows.console.forgetTotp(owner.login);
  });

  it('an owner changes addresses and switches; what is wrong is told, and what was typed stays', async () => {
    const wrong = await owner.confirm(at('app/addresses'), {
      returnUrls: 'http://shop.example/back',
      frameOrigins: '',
    });
    expect([wrong.status, textOf(wrong).includes('must begin with https://')]).toEqual([422, true]);
    expect(wrong.html).toContain('http://shop.example/back</textarea');
    const returnUrls = `${service.issuer}/demo/return\r\nhttps://shop.example/back\r\n`;
    const saved = await owner.confirm(at('app/addresses'), { returnUrls, frameOrigins: 'https://shop.example' });
    expect(saved.location).toBe(`${at('app')}?done=addresses`);
    expect((await viewer.get(at('app'))).html).toContain('https://shop.example/back');
    const switched = await owner.confirm(at('app/switches'), { refusesSms: 'yes', logInMatch: 'yes' });
    expect(switched.location).toBe(`${at('app')}?done=switches`);
    const { html } = await owner.get(at('app'));
    expect(html).toMatch(/name="refusesSms"\s+value="yes"\s+checked/);
    expect(html).toMatch(/name="logInMatch"\s+value="yes"\s+checked/);
    await owner.confirm(at('app/switches'), {});
  });

  it('an owner sets how the client uses OpenID Connect and CIBA, reads what only the operator grants, and is told what is wrong', async () => {
    const clientId = 'console-openid';
    const scopes = ['openid', 'sim-swap:check'];
    await service.rows.clients.register({ clientId, secret: 'secret', scopes, sector: 'group.example' });
    const boss = await Member.of(service, { [clientId]: 'owner' });
    const looker = await Member.of(service, { [clientId]: 'viewer' });
    const form = { idTokenAlg: 'ES256', mode: 'poll', endpoint: '', signingAlg: '' };
    for (const [wrong, sentence] of [
      [{ idTokenAlg: 'none' }, 'The algorithm of id_tokens must be ES256 or RS256.'],
      [{ idTokenAlg: 'RS256' }, 'The service has no key for RS256.'],
      [{ mode: 'push' }, 'Choose from: poll, ping.'],
      [{ mode: 'ping' }, 'The mode ping needs an address'],
      [{ mode: 'ping', endpoint: 'https://10.0.0.1/ciba' }, 'The host is not reachable from the internet.'],
      [{ endpoint: 'javascript:alert(1)' }, 'Send an absolute address that begins with https://.'],
      [{ signingAlg: 'RS256' }, 'Choose from: ES256, PS256.'],
      [{ signingAlg: 'PS256' }, 'signed requests need private_key_jwt'],
    ] as const) {
      const answer = await boss.confirm(at('app/protocols', clientId), { ...form, ...wrong });
      expect([wrong, answer.status, textOf(answer).includes(sentence)]).toEqual([wrong, 422, true]);
      if ('endpoint' in wrong) expect(answer.html).toContain(`${wrong.endpoint}</textarea`);
    }
    const endpoint = receiver.url('/ciba');
    const saved = await boss.confirm(at('app/protocols', clientId), { ...form, mode: 'ping', endpoint });
    expect(saved.location).toBe(`${at('app', clientId)}?done=protocols`);
    const page = await boss.get(at('app', clientId));
    expect(page.html).toMatch(/value="ping"\s+selected/);
    expect(page.html).toContain(`${endpoint}</textarea`);
    const seen = await looker.get(at('app', clientId));
    expect(seen.html).not.toContain('app/protocols');
    for (const one of ['sim-swap:check', 'group.example', 'ping', endpoint]) expect(textOf(seen)).toContain(one);
    expect((await service.rows.console.audited(`console:${boss.login}`))[0]).toMatchObject({
      action: `console-change-protocols ${clientId}`,
      reason: expect.stringContaining(`backchannelClientNotificationEndpoint=${endpoint}`),
    });
  });

  it('a client with keys replaces its key set, and no private key is taken', async () => {
    const clientId = 'console-keys';
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const [open, closed] = await Promise.all(
      [pair.publicKey, pair.privateKey].map((key) => crypto.subtle.exportKey('jwk', key)),
    );
    await service.rows.clients.register({ clientId, jwks: { keys: [open] }, authMethod: 'private_key_jwt' });
    const boss = await Member.of(service, { [clientId]: 'owner' });
    const setOf = (key: object) => JSON.stringify({ keys: [{ ...key, kid: 'next', alg: 'ES256', use: 'sig' }] });
    const refused = await boss.confirm(at('app/keys', clientId), { set: setOf(closed!) });
    expect(refused.status).toBe(422);
    const taken = await boss.confirm(at('app/keys', clientId), { set: setOf(open!) });
    expect(taken.location).toBe(`${at('app', clientId)}?done=keys`);
    const page = await boss.get(at('app', clientId));
    expect(textOf(page)).toContain('next');
    expect(page.html).toContain('&quot;kid&quot;: &quot;next&quot;');
    const uri = 'https://keys.example/jwks';
    // The form shows the present set, and a person fills in the other field.
    const moved = await boss.confirm(at('app/keys', clientId), { set: setOf(open!), uri, shownUri: '' });
    expect(moved.location).toBe(`${at('app', clientId)}?done=keys`);
    const published = await boss.get(at('app', clientId));
    expect(published.html).toContain(`value="${uri}"`);
    expect(published.html).not.toContain('&quot;kid&quot;');
    expect(published.html).toContain(`name="shownUri" value="${uri}"`);
    const back = await boss.confirm(at('app/keys', clientId), { set: setOf(open!), uri, shownUri: uri });
    expect(back.status).toBe(303);
    expect((await boss.get(at('app', clientId))).html).toContain('&quot;kid&quot;: &quot;next&quot;');
    const dev = await Member.of(service, { [clientId]: 'developer' });
    const same = await dev.post(at('app/test-keys', clientId), { set: setOf(open!) });
    expect([same.status, textOf(same).includes('테스트 키 집합을 저장하지 못했습니다')]).toEqual([422, true]);
  });
});

describe('how a client authenticates', () => {
  const KID = 'bank-1';

  /** A pair of keys, with the sets of the public and of the private one as a person types them. */
  async function keyPair() {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const [open, closed] = await Promise.all([publicKey, privateKey].map((key) => exportJWK(key)));
    const setOf = (key: object) => JSON.stringify({ keys: [{ ...key, kid: KID }] });
    return { privateKey, jwks: { keys: [{ ...open, kid: KID }] }, set: setOf(open!), privateSet: setOf(closed!) };
  }

  /** Asks for a token with these credentials; returns the status. */
  async function tokenBy(parameters: Record<string, string>, headers: Record<string, string> = {}): Promise<number> {
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...parameters });
    return (await fetch(`${service.issuer}/oauth2/token`, { method: 'POST', headers, body })).status;
  }
  const byPost = (clientId: string, secret: string) => tokenBy({ client_id: clientId, client_secret: secret });
  const byBasic = (clientId: string, secret: string) =>
    tokenBy({}, { Authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` });
  async function byKey(clientId: string, privateKey: CryptoKey): Promise<number> {
    const assertion = new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: KID })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(service.issuer)
      .setExpirationTime('1m');
    return tokenBy({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion.sign(privateKey),
    });
  }
  const isChosen = ({ html }: PageAnswer, method: string) =>
    new RegExp(`value="${method}"\\s+required\\s+checked`).test(html);

  it('an owner moves it from its secret to keys and back; what it had before ends at once, as the page says', async () => {
    const [clientId, secret, testSecret] = ['console-method', 'a secret', 'test_secret'];
    await service.rows.clients.register({ clientId, secret, authMethod: 'client_secret_basic' });
    await service.rows.clients.setTestSecret(clientId, testSecret);
    const boss = await Member.of(service, { [clientId]: 'owner' });
    const form = at('app/method', clientId);
    const { privateKey, set, privateSet } = await keyPair();
    const rotated = secretIn(await boss.confirm(at('app/secret', clientId), { overlap: '86400' }));
    expect(await Promise.all([secret, rotated, testSecret].map((one) => byBasic(clientId, one)))).toEqual([
      200, 200, 200,
    ]);
    const before = await boss.get(at('app', clientId));
    expect(isChosen(before, 'client_secret_basic')).toBe(true);
    expect(textOf(before)).toContain('테스트 시크릿이 바로 종료됩니다');
    expect(textOf(before)).toContain('최대 5분');

    const unproven = await boss.post(form, { method: 'private_key_jwt', set, code: wrongCodeFor(boss.totpSecret) });
    expect([unproven.status, textOf(unproven).includes('변경하지 않았습니다')]).toEqual([422, true]);
    expect([
      isChosen(unproven, 'private_key_jwt'),
      unproven.html.includes('&quot;kid&quot;:&quot;bank-1&quot;'),
    ]).toEqual([true, true]);
    for (const [wrong, sentence] of [
      [{ method: 'private_key_jwt' }, 'private_key_jwt needs the public keys of the client.'],
      [{ method: 'private_key_jwt', set: privateSet }, 'has the private member "d"'],
      [{ method: 'private_key_jwt', set: '{"keys":' }, 'The JWKS is not valid JSON.'],
      [{ method: 'private_key_jwt', set, uri: 'https://keys.example/jwks' }, 'or their address (jwks_uri), not both.'],
      [{ method: 'private_key_jwt', uri: 'https://10.0.0.1/jwks' }, 'The host is not reachable from the internet.'],
      [{ method: 'either', uri: 'https://keys.example/jwks' }, 'Keys at an address are the only ones of a client.'],
      [{ method: 'client_secret_post', set }, 'A JWKS serves private_key_jwt, and the method is client_secret_post.'],
      [{ method: 'none' }, 'The authentication method none is unknown.'],
      [{}, 'The authentication method'],
    ] as const) {
      const answer = await boss.confirm(form, wrong);
      expect([wrong, answer.status, textOf(answer).replaceAll('&quot;', '"')]).toEqual([
        wrong,
        422,
        expect.stringContaining(sentence),
      ]);
      // The sentence stands by itself: no code for programs, and no options of the operator's command.
      expect(textOf(answer)).not.toMatch(/invalid_request|\s--\w/);
      if ('uri' in wrong) expect(answer.html).toContain(`value="${wrong.uri}"`);
    }
    expect([await byBasic(clientId, secret), await byKey(clientId, privateKey)]).toEqual([200, 401]);

    const moved = await boss.confirm(form, { method: 'private_key_jwt', set });
    expect(moved.location).toBe(`${at('app', clientId)}?done=method`);
    expect(await byKey(clientId, privateKey)).toBe(200);
    expect(await Promise.all([secret, rotated, testSecret].map((one) => byBasic(clientId, one)))).toEqual([
      401, 401, 401,
    ]);
    expect(textOf(await boss.get(at('app', clientId)))).toContain(KID);

    const back = await boss.confirm(form, { method: 'client_secret_post' });
    const next = secretIn(back);
    expect([back.status, next.length]).toEqual([200, 43]);
    expect([await byPost(clientId, next), await byBasic(clientId, next)]).toEqual([200, 401]);
    expect(await byKey(clientId, privateKey)).toBe(401);
    const page = await boss.get(at('app', clientId));
    expect([isChosen(page, 'client_secret_post'), page.html.includes(next)]).toEqual([true, false]);
    const otherPlace = await boss.confirm(form, { method: 'client_secret_basic' });
    expect([otherPlace.status, await byBasic(clientId, next), await byPost(clientId, next)]).toEqual([303, 200, 401]);
    const audited = await service.rows.console.audited(`console:${boss.login}`);
    const action = `console-change-method ${clientId}`;
    expect(audited.filter((one) => one.action === action && one.outcome === 'done')).toEqual([
      { action, outcome: 'done', reason: 'tokenEndpointAuthMethod=client_secret_basic' },
      { action, outcome: 'done', reason: 'tokenEndpointAuthMethod=client_secret_post' },
      { action, outcome: 'done', reason: 'tokenEndpointAuthMethod=private_key_jwt, jwks' },
    ]);
  });

  it('without a gap: its secret and its keys serve side by side until an owner chooses one of them', async () => {
    const [clientId, secret, testSecret] = ['console-either', 'a secret', 'test_either'];
    await service.rows.clients.register({ clientId, secret, authMethod: 'client_secret_basic' });
    await service.rows.clients.setTestSecret(clientId, testSecret);
    const boss = await Member.of(service, { [clientId]: 'owner' });
    const form = at('app/method', clientId);
    const { privateKey, set } = await keyPair();
    expect((await boss.confirm(form, { method: 'either', set })).location).toContain('done=method');
    const statuses = () =>
      Promise.all([byBasic(clientId, secret), byPost(clientId, secret), byKey(clientId, privateKey)]);
    expect(await statuses()).toEqual([200, 200, 200]);
    const page = await boss.get(at('app', clientId));
    expect([isChosen(page, 'either'), page.html.includes('app/secret'), page.html.includes('app/keys')]).toEqual([
      true,
      true,
      true,
    ]);
    // A key of test mode is none of the live ones, also beside a secret.
    expect((await boss.post(at('app/test-keys', clientId), { set })).status).toBe(422);
    expect((await boss.confirm(form, { method: 'private_key_jwt' })).status).toBe(303);
    expect(await statuses()).toEqual([401, 401, 200]);

    // The way back is the same: the keys serve until the new secret is in use.
    const next = secretIn(await boss.confirm(form, { method: 'either' }));
    expect([await byBasic(clientId, next), await byKey(clientId, privateKey)]).toEqual([200, 200]);
    // What had ended before does not come back.
    expect([await byBasic(clientId, secret), await byBasic(clientId, testSecret)]).toEqual([401, 401]);
    expect((await boss.confirm(form, { method: 'client_secret_basic' })).status).toBe(303);
    expect([await byBasic(clientId, next), await byPost(clientId, next), await byKey(clientId, privateKey)]).toEqual([
      200, 401, 401,
    ]);
  });

  it('its keys may be those that it publishes at an address', async () => {
    const [clientId, host, { privateKey, jwks }] = ['console-published', await KeyHost.start(), await keyPair()];
    host.publish('/keys', jwks);
    await service.rows.clients.register({ clientId, secret: 'a secret', authMethod: 'client_secret_post' });
    const boss = await Member.of(service, { [clientId]: 'owner' });
    const answer = await boss.confirm(at('app/method', clientId), {
      method: 'private_key_jwt',
      set: '',
      uri: host.url('/keys'),
    });
    expect([answer.status, await byKey(clientId, privateKey), await byPost(clientId, 'a secret')]).toEqual([
      303, 200, 401,
    ]);
    const page = await boss.get(at('app', clientId));
    expect(textOf(page)).toContain(host.url('/keys'));
    // A secret cannot serve beside an address, so the page does not offer it.
    expect(page.html).not.toContain('value="either"');
    await host.stop();
  });

  it('only the operator makes a client public, or a public client another one', async () => {
    const [clientId, secret] = ['console-public', 'a secret'];
    await service.rows.clients.register({ clientId, scopes: ['openid'], authMethod: 'none' });
    const boss = await Member.of(service, { [clientId]: 'owner' });
    const page = await boss.get(at('app', clientId));
    expect([page.html.includes('app/method'), textOf(page).includes('서비스 운영자가 정합니다')]).toEqual([
      false,
      true,
    ]);
    const answer = await boss.confirm(at('app/method', clientId), { method: 'client_secret_basic' });
    expect([answer.status, secretIn(answer), textOf(answer).includes('decides which clients are public')]).toEqual([
      422,
      '',
      true,
    ]);
    await service.rows.clients.register({ clientId: 'console-confidential', secret });
    const other = await Member.of(service, { 'console-confidential': 'owner' });
    expect((await other.confirm(at('app/method', 'console-confidential'), { method: 'none' })).status).toBe(422);
    expect(await byPost('console-confidential', secret)).toBe(200);
  });

  it('a client that must use its keys keeps them, and who may not change the method reads it', async () => {
    const [clientId, { privateKey, jwks }] = ['console-fapi', await keyPair()];
    await service.rows.clients.register({ clientId, jwks, authMethod: 'private_key_jwt' });
    await service.rows.clients.setCiba(clientId, { signingAlg: 'ES256' });
    const boss = await Member.of(service, { [clientId]: 'owner' });
    const looker = await Member.of(service, { [clientId]: 'viewer' });
    for (const method of ['client_secret_basic', 'either']) {
      const refused = await boss.confirm(at('app/method', clientId), { method });
      expect([refused.status, textOf(refused).includes('signed requests need private_key_jwt.')]).toEqual([422, true]);
    }
    expect(await byKey(clientId, privateKey)).toBe(200);
    const seen = await looker.get(at('app', clientId));
    expect([seen.html.includes('app/method'), textOf(seen).includes('현재 방법 private_key_jwt')]).toEqual([
      false,
      true,
    ]);
    await service.rows.clients.setCiba(clientId, { camara: true });
    const page = await boss.get(at('app', clientId));
    expect([page.html.includes('app/method'), textOf(page).includes('private_key_jwt만 쓸 수 있습니다')]).toEqual([
      false,
      true,
    ]);
  });
});

describe('what is missing before the first log-in', () => {
  const missingIn = ({ html }: PageAnswer) => html.split('id="missing"')[1]?.split('</section>')[0] ?? '';

  it('is listed with who adds it, and no longer once it is there', async () => {
    const clientId = 'console-unready';
    await service.rows.clients.register({ clientId, secret: 'a secret', scopes: ['openid'], idTokenAlg: 'RS256' });
    const boss = await Member.of(service, { [clientId]: 'owner' });
    const page = async () => missingIn(await boss.get(at('app', clientId)));
    expect(await page()).toMatch(/복귀 주소가 없습니다[^]*href="#addresses"[^]*RS256[^]*href="#protocols"/);
    await boss.confirm(at('app/addresses', clientId), { returnUrls: 'https://shop.example/back', frameOrigins: '' });
    expect(await page()).not.toContain('복귀 주소');
    const settings = { idTokenAlg: 'ES256', mode: 'poll', endpoint: '', signingAlg: '' };
    await boss.confirm(at('app/protocols', clientId), settings);
    expect(await page()).toBe('');
  });

  it('is the scope that the operator grants, for a client that is set for CIBA without it, and no return address', async () => {
    const clientId = 'console-ungranted';
    await service.rows.clients.register({ clientId, secret: 'a secret', scopes: ['authentications'] });
    const looker = await Member.of(service, { [clientId]: 'viewer' });
    const page = async () => missingIn(await looker.get(at('app', clientId)));
    // A client of the API alone needs nothing of this.
    expect(await page()).toBe('');
    await service.rows.clients.setCiba(clientId, { endpoint: 'https://bank.example/ciba' });
    expect(await page()).toContain('scope openid가 없습니다. 서비스 운영자가 허용합니다.');
    expect(await page()).not.toContain('복귀 주소');
    await service.rows.clients.grant(clientId, ['openid']);
    expect(await page()).toBe('');
  });

  it('is a key, for a client whose last one a restored database ended', async () => {
    const clientId = 'console-keyless';
    await service.rows.clients.register({
      clientId,
      scopes: ['openid'],
      jwks: { keys: [] },
      authMethod: 'private_key_jwt',
      returnUrls: ['https://shop.example/back'],
    });
    const boss = await Member.of(service, { [clientId]: 'owner' });
    expect(missingIn(await boss.get(at('app', clientId)))).toMatch(/시크릿이나 키가 없습니다[^]*href="#method"/);
  });
});

describe('webhooks', () => {
  it('a developer adds an endpoint, tests it, reads the answer, and sends the event again', async () => {
    const path = '/from-the-console';
    // What is accepted here is what the form says.
    expect(textOf(await developer.get(at('webhooks')))).toContain('서비스가 실행되는 컴퓨터의 http 주소');
    receiver.reply(path, { status: 500, body: 'no <b>luck</b>' });
    const added = await developer.post(at('webhooks'), {
      url: receiver.url(path),
      description: '주문',
      'type:*': 'yes',
    });
    expect(secretIn(added)).toMatch(/^whsec_/);
    const id = /webhooks\/([\w-]{36})"/.exec(added.html)![1]!;
    const tested = await developer.post(at(`webhooks/${id}/test`), { type: 'test' });
    const eventPath = tested.location!.split('?')[0]!;
    const failed = await eventually('the first attempt', async () => {
      const page = await viewer.get(eventPath);
      return textOf(page).includes('HTTP 500') && page;
    });
    expect(failed.html).toContain('no &lt;b&gt;luck&lt;/b&gt;');
    receiver.reply(path, { status: 204 });
    const again = await developer.post(`${eventPath}/resend`, { endpoint: id });
    expect(again.location).toBe(`${eventPath}?done=resend`);
    await eventually('the second attempt', async () => textOf(await viewer.get(eventPath)).includes('HTTP 204'));
    const listed = await viewer.get(at('webhooks?type=test'));
    expect(textOf(listed)).toContain('수신됨');
    expect(listed.html).toContain('<span class="tag">시험</span>');
    expect((await developer.post(at(`webhooks/${id}/disable`))).location).toBe(`${at('webhooks')}/${id}?done=disable`);
    expect(textOf(await viewer.get(at(`webhooks/${id}`)))).toContain('이용 기관이 중지했습니다');
    expect((await developer.post(`${eventPath}/resend`, { endpoint: id })).status).toBe(409);
    // Nothing is sent while the endpoint is disabled, although it waits.
    await service.rows.webhooks.leaveWaiting(id, eventPath.split('/').at(-1)!);
    expect(textOf(await viewer.get(eventPath))).not.toContain('다음 시도');
    const removed = await developer.post(at(`webhooks/${id}/remove`), { sure: 'yes' });
    expect(removed.location).toBe(`${at('webhooks')}?done=remove`);
  });

  it('what is done to an endpoint and its entry in the audit commit together', async () => {
    const added = await developer.post(at('webhooks'), { url: receiver.url('/audited'), 'type:*': 'yes' });
    const id = /webhooks\/([\w-]{36})"/.exec(added.html)![1]!;
    const isDisabled = async () => textOf(await viewer.get(at(`webhooks/${id}`))).includes('이용 기관이 중지했습니다');
    const disabling = await service.rows.webhooks.whileAuditWaits(service.database.pool, async (isWaiting) => {
      const sent = developer.post(at(`webhooks/${id}/disable`));
      await eventually('the entry to wait', isWaiting);
      expect(await isDisabled()).toBe(false);
      return { sent };
    });
    expect((await disabling.sent).status).toBe(303);
    expect(await isDisabled()).toBe(true);
    const entries = await service.rows.console.audited(`console:${developer.login}`);
    expect(entries.slice(0, 2)).toMatchObject([
      { action: `console-webhook-disable ${SHOP}`, reason: id, outcome: 'done' },
      { action: `console-webhook-add ${SHOP}`, reason: `${id} ${receiver.url('/audited')}` },
    ]);
    await developer.post(at(`webhooks/${id}/remove`), { sure: 'yes' });
  });

  it('the home says which endpoints the service disabled, and which fail; what people disabled is no news', async () => {
    const ids: string[] = [];
    for (const path of ['/gone', '/fails', '/by-hand']) {
      const added = await developer.post(at('webhooks'), { url: receiver.url(path), 'type:*': 'yes' });
      ids.push(/webhooks\/([\w-]{36})"/.exec(added.html)![1]!);
    }
    receiver.reply('/gone', { status: 410 });
    receiver.reply('/fails', { status: 500 });
    for (const id of ids) await developer.post(at(`webhooks/${id}/test`), { type: 'test' });
    await developer.post(at(`webhooks/${ids[2]!}/disable`));
    const home = await eventually('both to be told', async () => {
      const page = await viewer.get(at(''));
      return page.html.includes(`/webhooks/${ids[0]!}"`) && page.html.includes(`/webhooks/${ids[1]!}"`) && page;
    });
    expect(textOf(home)).toContain('410으로 응답해');
    expect(textOf(home)).toContain('5일 동안 계속 실패하면');
    expect(home.html).not.toContain(`/webhooks/${ids[2]!}"`);
    for (const id of ids) await developer.post(at(`webhooks/${id}/remove`), { sure: 'yes' });
    expect((await viewer.get(at(''))).html).not.toContain('id="failing"');
  });

  it('a person who sends events again too often reads so', async () => {
    const path = '/often';
    const added = await developer.post(at('webhooks'), { url: receiver.url(path), 'type:*': 'yes' });
    const id = /webhooks\/([\w-]{36})"/.exec(added.html)![1]!;
    const eventPath = (await developer.post(at(`webhooks/${id}/test`), { type: 'test' })).location!.split('?')[0]!;
    const refused = await eventually('a refusal', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => developer.post(`${eventPath}/resend`, { endpoint: id })),
      );
      return answers.find(({ status }) => status === 429);
    });
    expect(textOf(refused)).toContain('요청이 너무 많았습니다');
    await developer.post(at(`webhooks/${id}/remove`), { sure: 'yes' });
  });

  it('a form that is sent again makes one endpoint, and one secret', async () => {
    const page = await developer.get(at('webhooks'));
    const fields = { url: receiver.url('/twice'), 'type:*': 'yes', once: fieldIn(page, 'once') };
    const [first, again] = [await developer.post(at('webhooks'), fields), await developer.post(at('webhooks'), fields)];
    expect(secretIn(again)).toBe(secretIn(first));
    const list = (await viewer.get(at('webhooks'))).html;
    expect(list.split(`>${receiver.url('/twice')}</a`)).toHaveLength(2);
  });

  it.each([
    [{ url: 'ftp://shop.example', 'type:*': 'yes' }, '이 주소로는 보낼 수 없습니다'],
    [{ url: 'https://169.254.169.254/', 'type:*': 'yes' }, '이 주소로는 보낼 수 없습니다'],
    [{ url: '', 'type:*': 'yes' }, '이 주소로는 보낼 수 없습니다'],
    [{ url: 'https://shop.example' }, '이벤트 종류를 하나 이상'],
    [{ url: 'https://shop.example', 'type:*': 'yes', description: 'a\u202eb' }, '설명은 한 줄'],
  ])('%j is refused with a sentence, and what was typed stays', async (fields, sentence) => {
    const answer = await developer.post(at('webhooks'), fields);
    expect([answer.status, textOf(answer).includes(sentence)]).toEqual([422, true]);
    expect(answer.html).toContain(`${fields.url}</textarea`);
  });
});
