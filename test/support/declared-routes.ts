import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A route as a controller declares it, such as `POST /sim-swap/v2/check`, and the folder of `src` that it is in. */
export interface DeclaredRoute {
  route: string;
  room: string;
}

const DECORATOR = /^\s*@(Controller|Get|Post|Put|Patch|Delete|All|Options|Head)\((.*)\)\s*$/gm;

/** Reads the routes of every controller of the service. Throws for a declaration whose path is no plain text. */
export function declaredRoutes(): DeclaredRoute[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.controller.ts'))
    .flatMap((file) => routesIn(file, readFileSync(join('src', file), 'utf8')));
}

function routesIn(file: string, source: string): DeclaredRoute[] {
  const [room = ''] = file.split('/');
  const routes: DeclaredRoute[] = [];
  let prefix = '';
  for (const [, decorator = '', argument = ''] of source.matchAll(DECORATOR)) {
    const path = textIn(argument, file);
    if (decorator === 'Controller') prefix = path;
    else routes.push({ room, route: `${decorator.toUpperCase()} /${[prefix, path].filter(Boolean).join('/')}` });
  }
  return routes;
}

/** The path of a decorator: one text, or none. */
function textIn(argument: string, file: string): string {
  const [, path] = /^(?:'([^']*)')?$/.exec(argument) ?? [];
  if (path === undefined && argument !== '') throw new Error(`${file} declares a route by ${argument}`);
  return path ?? '';
}
