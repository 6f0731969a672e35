import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The addresses that scripts of pages on other sites may call, with the methods of each. */
const ROUTES: Readonly<Record<string, string>> = {
  '/oauth2/token': 'POST',
  '/oauth2/userinfo': 'GET, POST',
  '/oauth2/par': 'POST',
  '/oauth2/revoke': 'POST',
};

/** Seconds for which a browser remembers what a page may send. */
const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of some origins read answers of {@link ROUTES} (Fetch, 3.3). No cookie counts at these addresses, and none is
 * allowed to come along. Requests without `Origin`, which servers and apps send, cost nothing.
 */
export function answerOrigins(fastify: FastifyInstance, isAllowed: (origin: string) => Promise<boolean>): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    const methods = origin === undefined ? undefined : ROUTES[fastify.knownPaths.routeOf(request) ?? ''];
    if (origin === undefined || methods === undefined) {
      done();
      return;
    }
    void reply.header('Vary', 'Origin');
    isAllowed(origin).then((isOpen) => {
      if (isOpen && answerOrigin(request, reply, { origin, methods })) return;
      done();
    }, done);
  });
}

/** Lets the page of an origin read the answer. Returns true if that was all that it asked for. */
function answerOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  { origin, methods }: { origin: string; methods: string },
): boolean {
  void reply.header('Access-Control-Allow-Origin', origin);
  void reply.header('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After');
  if (request.method !== 'OPTIONS' || !('access-control-request-method' in request.headers)) return false;
  const granted = {
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, DPoP',
    'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
  };
  void reply.status(204).headers(granted).send();
  return true;
}
