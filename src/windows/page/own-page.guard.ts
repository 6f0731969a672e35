import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { Problem } from '../../domain/problem.ts';
import { isOwnPage } from '../../http/own-page.ts';

/**
 * Admits only requests that a page of this service sends. The cookie alone does not prove that, because browsers also
 * attach it to requests from other hosts of the same site. Browsers name the sender in `Origin` and `Sec-Fetch-Site`,
 * which no page can forge.
 */
@Injectable()
export class OwnPageGuard implements CanActivate {
  constructor(private readonly environment: Environment) {}

  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (method === 'GET') return true;
    if (!isOwnPage(headers, this.environment.ISSUER)) {
      throw new Problem('window_bound_elsewhere', 'Send this request from the page of this window.');
    }
    return true;
  }
}
