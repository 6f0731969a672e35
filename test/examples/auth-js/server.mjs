// People log in with Auth.js on Express. Auth.js itself reads AUTH_SECRET and, by the id of the provider, AUTH_PUSHGUARD_ISSUER,
// AUTH_PUSHGUARD_ID and AUTH_PUSHGUARD_SECRET from the environment. The return address ends with /auth/callback/pushguard.
import { ExpressAuth, getSession } from '@auth/express';
import express from 'express';

const { PORT = '8080' } = process.env;
const config = {
  providers: [
    {
      id: 'pushguard',
      name: 'Pushguard',
      type: 'oidc',
      checks: ['pkce', 'state', 'nonce'],
      authorization: { params: { scope: 'openid profile phone' } },
    },
  ],
  callbacks: {
    // Without a database, the user’s own id is another one at each log-in. The subject of the profile stays.
    jwt({ token, profile }) {
      if (profile === undefined) return token;
      const { sub, birthdate, phone_number: number } = profile;
      return { ...token, sub, birthdate, number };
    },
    session({ session: { expires }, token: { sub, birthdate, number } }) {
      return { expires, user: { id: sub, birthdate, number } };
    },
  },
};

const app = express();
app.set('trust proxy', 'loopback'); // TLS ends at a proxy on this machine.
// A person who declines or cancels comes back to the page of the log-in, with an error.
app.get('/auth/signin', ({ query }, reply, next) => {
  if (query.error === undefined) return next();
  return reply.status(403).send('<h1>Not verified</h1>');
});
app.use('/auth', ExpressAuth(config));
app.get('/', async (request, reply) => {
  const session = await getSession(request, config);
  if (session === null) return reply.send('<a href="/auth/signin">Log in</a>');
  const { id, birthdate, number } = session.user;
  return reply.send(`<h1>${id}</h1><p>Born ${birthdate}, phone number ${number}</p>`);
});
app.listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}`));
