// People are verified in the hosted window, on Express. ISSUER, CLIENT_ID, CLIENT_SECRET, RETURN_URL (registered for the
// client), WEBHOOK_SECRET and PORT come from the environment.
import express from 'express';
import { Pushguard, PushguardError, verifyWebhook, windowOfReturn } from '@pushguard/client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, RETURN_URL, PORT = '8080' } = process.env;
const pushguard = new Pushguard({ issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
const app = express();
/** Ids that were accepted. A shop with a database keeps them there, with a unique key. */
const accepted = new Set();

app.get('/hosted', async (_request, reply) => {
  const { url, binding } = await pushguard.createWindow({ purpose: 'Sign-up', returnUrl: RETURN_URL, locale: 'en' });
  const secure = RETURN_URL.startsWith('https:');
  reply.cookie('window', binding, { httpOnly: true, secure, sameSite: 'lax', maxAge: 600_000 }).redirect(303, url);
});

app.get('/return', async (request, reply) => {
  const cookie = /(?:^|; )window=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
  const windowId = windowOfReturn(request.url, cookie);
  if (windowId === undefined) return reply.status(403).send('This browser was not sent to that window.');
  const { authentication } = await pushguard.getWindow(windowId);
  if (authentication?.state !== 'verified') return reply.send('Not verified.');
  if (accepted.has(authentication.id)) return reply.status(409).send('This verification was used before.');
  accepted.add(authentication.id);
  return reply.send(`Verified: born ${authentication.result.birthDate}.`);
});

// The signature is over the bytes as they arrived: no JSON parser before it.
app.post('/webhooks', express.raw({ type: 'application/json' }), (request, reply) => {
  const event = verifyWebhook(request.headers, request.body, WEBHOOK_SECRET);
  console.log(`event ${event.type}`);
  reply.sendStatus(204);
});

app.use((error, _request, reply, next) => {
  if (!(error instanceof PushguardError)) return next(error);
  return reply.status(error.code === 'invalid_webhook' ? 400 : 502).send('Please start again.');
});

const server = app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
