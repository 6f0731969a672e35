// A shop on Node without a framework that has people verified in the hosted window, or in a window of its own.
// ISSUER, CLIENT_ID, CLIENT_SECRET and RETURN_URL (registered for the client) come from the environment, PORT too.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Pushguard, PushguardError, verifyWebhook, windowOfReturn } from '@pushguard/client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, RETURN_URL, PORT = '8080' } = process.env;
const pushguard = new Pushguard({ issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });

/** Ids that this shop has accepted. A shop with a database keeps them there, with a unique key. */
const accepted = new Set();

/** The window of the shop itself: two forms. */
const form = (action, inputs) =>
  `<form method="post" action="${action}">${inputs
    .map((name) => `<label>${name} <input name="${name}" required autocomplete="off"></label>`)
    .join('')}<button>Continue</button></form>`;

const cookieOf = (request, name) =>
  request.headers.cookie
    ?.split('; ')
    .find((one) => one.startsWith(`${name}=`))
    ?.slice(name.length + 1);
const setCookie = (name, value) => ({ 'Set-Cookie': `${name}=${value}; HttpOnly; SameSite=Lax; Path=/; Max-Age=600` });
const see = (location, headers = {}) => ({ status: 303, headers: { Location: location, ...headers }, body: '' });
const page = (body, status = 200) => ({ status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body });

function welcome({ id, result }) {
  if (accepted.has(id)) return page('This verification was used before.', 409);
  accepted.add(id);
  return page(`Verified: born ${result.birthDate}, by ${result.channel}.`);
}

const routes = {
  'GET /': async () =>
    page(`<a href="/hosted">Hosted window</a>${form('/start', ['birthDate', 'genderDigit', 'phoneNumber'])}`),

  // The hosted window: the browser goes there, and comes back to /return.
  'GET /hosted': async () => {
    const { url, binding } = await pushguard.createWindow({ purpose: 'Sign-up', returnUrl: RETURN_URL, locale: 'en' });
    return see(url, setCookie('window', binding));
  },
  'GET /return': async (request) => {
    const windowId = windowOfReturn(request.url, cookieOf(request, 'window'));
    if (windowId === undefined) return page('This browser was not sent to that window.', 403);
    const { authentication } = await pushguard.getWindow(windowId);
    return authentication?.state === 'verified' ? welcome(authentication) : page('Not verified.');
  },

  // The shop's own window: the id of the authentication stays in a cookie of the browser that started it.
  'POST /start': async (request) => {
    const person = Object.fromEntries(new URLSearchParams(String(await buffer(request))));
    const endUser = { ip: request.socket.remoteAddress, userAgent: request.headers['user-agent'] };
    const { id } = await pushguard.startAuthentication({ ...person, purpose: 'Sign-up', endUser });
    return see('/code', setCookie('authentication', id));
  },
  'GET /code': async () => page(form('/verify', ['code'])),
  'POST /verify': async (request) => {
    const { code } = Object.fromEntries(new URLSearchParams(String(await buffer(request))));
    const id = cookieOf(request, 'authentication') ?? '';
    const { result, assertion } = await pushguard.verifyAuthentication(id, { code });
    await pushguard.verifyAssertion(assertion, { id });
    return welcome({ id, result });
  },

  'POST /webhooks': async (request) => {
    const event = verifyWebhook(request.headers, await buffer(request), WEBHOOK_SECRET);
    console.log(`event ${event.type}`);
    return { status: 204, headers: {}, body: '' };
  },
};

/** What the person reads, or what the sender of a webhook gets. */
function refusal(error) {
  if (!(error instanceof PushguardError)) throw error;
  if (error.code === 'code_mismatch') return page(`Wrong code. ${error.attemptsLeft} attempts left.`, 422);
  if (error.code === 'too_many_requests') return page('Too many requests. Try again later.', 429);
  if (error.code === 'invalid_request' || error.code === 'invalid_webhook') return page(error.detail, 400);
  return page('Please start again.', 502);
}

const server = createServer(async (request, reply) => {
  const route = routes[`${request.method} ${request.url.split('?')[0]}`] ?? (async () => page('Not found.', 404));
  const { status, headers, body } = await route(request).catch(refusal);
  reply.writeHead(status, headers).end(body);
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
