import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import findMyWay from 'find-my-way';
import { Problem } from '../domain/problem.ts';
import { writeProblem } from './problem.filter.ts';

/** The methods that Fastify routes. It adds HEAD to every GET by itself. */
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'] as const;

/** An id of any length is unknown (404). Node reads no address that is longer than this. */
export const LONGEST_PARAMETER = 16 * 1024;

declare module 'fastify' {
  interface FastifyInstance {
    knownPaths: KnownPaths;
  }
}

/** A path, with names for the parts that vary, and the methods that it has. */
interface Path {
  url: string;
  parts: readonly string[];
  methods: Set<string>;
}

/**
 * The paths of the service, whatever their methods. Fastify knows a path by its method alone, and answers 404 where the path
 * exists with another one. A refusal declared for each path and method took a seventh of the time of a start.
 */
export class KnownPaths {
  private readonly byUrl = new Map<string, Path>();
  private readonly paths = findMyWay({ maxParamLength: LONGEST_PARAMETER });
  /** The routes that are declared now are refusals. */
  private isComplete = false;

  /** Learns every route that is declared from now on. */
  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRoute', ({ url, method }) => {
      if (this.isComplete) return;
      for (const one of [method].flat()) this.pathOf(url).methods.add(one);
    });
  }

  /** The route of a request, also of one whose method its path does not have; undefined if the path is unknown. */
  routeOf(request: FastifyRequest): string | undefined {
    return request.routeOptions.url ?? this.find(request.url)?.url;
  }

  /** Answers 405 with `Allow` where the path exists without the method. Call it after every route is declared. */
  refuseOtherMethods(fastify: FastifyInstance): void {
    this.isComplete = true;
    const patterns = [...this.byUrl.values()].filter(({ parts }) => parts.some((part) => /^[:*]/.test(part)));
    for (const path of this.byUrl.values()) keepApart(fastify, path, patterns);
    // Before the body is read, which may be of any type.
    fastify.addHook('onRequest', (request, reply, done) => {
      const path = request.is404 ? this.find(request.url) : undefined;
      if (path) refuse(reply, path);
      else done();
    });
  }

  private pathOf(url: string): Path {
    const known = this.byUrl.get(url);
    if (known) return known;
    const path = { url, parts: url.split('/'), methods: new Set<string>() };
    this.byUrl.set(url, path);
    // Below a folder, no path is known to exist.
    if (!url.includes('*')) this.paths.on('GET', url, () => undefined, path);
    return path;
  }

  private find(path: string): Path | undefined {
    return this.paths.find('GET', path)?.store as Path | undefined;
  }
}

/** Refuses at `/a/b` the methods that only `/a/:id` has, which Fastify would find for it. */
function keepApart(fastify: FastifyInstance, path: Path, patterns: readonly Path[]): void {
  const wider = patterns.filter((other) => other !== path && isWithin(path.parts, other.parts));
  const taken = new Set(wider.flatMap(({ methods }) => [...methods]));
  const others = METHODS.filter((method) => taken.has(method) && !path.methods.has(method));
  if (others.length === 0) return;
  const handler = (_request: FastifyRequest, reply: FastifyReply) => {
    refuse(reply, path);
  };
  fastify.route({ method: others, url: path.url, onRequest: handler, handler });
}

function refuse(reply: FastifyReply, { methods }: Path): void {
  const allow = [...methods].sort();
  writeProblem(reply, new Problem('method_not_allowed', `Use ${allow.join(' or ')} at this address.`, { allow }));
}

/** True if the parts of a path are among those that a pattern with `:name` or `*` stands for. */
function isWithin(parts: readonly string[], pattern: readonly string[]): boolean {
  const isOfFolder = pattern.at(-1) === '*';
  if (isOfFolder ? parts.length < pattern.length : parts.length !== pattern.length) return false;
  return pattern.every((one, at) => one === '*' || one.startsWith(':') || one === parts[at]);
}
