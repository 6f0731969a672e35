// People log in with Passport on Express. ISSUER, CLIENT_ID, CLIENT_SECRET, CALLBACK_URL (a return address of the client),
// SESSION_SECRET and PORT come from the environment.
import express from 'express';
import session from 'express-session';
import * as client from 'openid-client';
import { Strategy } from 'openid-client/passport';
import passport from 'passport';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, CALLBACK_URL, SESSION_SECRET, PORT = '8080' } = process.env;
// Plain HTTP is for a service on this machine.
const execute = ISSUER.startsWith('http:') ? [client.allowInsecureRequests] : [];
const secret = client.ClientSecretBasic(CLIENT_SECRET);
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, secret, { execute });
const options = { name: 'pushguard', config, scope: 'openid profile', callbackURL: CALLBACK_URL };
passport.use(new Strategy(options, (tokens, done) => done(null, tokens.claims())));
passport.serializeUser((claims, done) => done(null, claims));
passport.deserializeUser((claims, done) => done(null, claims));

const app = express();
app.set('trust proxy', 'loopback'); // TLS ends at a proxy on this machine.
const cookie = { sameSite: 'lax', secure: CALLBACK_URL.startsWith('https:') };
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie }), passport.session());
app.get('/log-in', passport.authenticate('pushguard'));
// A person who declines or cancels comes back with access_denied: a failure. Every other answer is an error.
app.get('/callback', passport.authenticate('pushguard', { successRedirect: '/', failureRedirect: '/not-verified' }));
app.get('/not-verified', (_request, reply) => reply.status(403).send('<h1>Not verified</h1>'));
app.get('/', ({ user }, reply) => {
  if (user === undefined) return reply.send('<a href="/log-in">Log in</a>');
  const { sub, birthdate, phone_number: number = 'not asked for' } = user;
  return reply.send(`<h1>${sub}</h1><p>Born ${birthdate}, phone number ${number}</p>`);
});
app.listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}`));
