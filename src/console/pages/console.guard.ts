import {
  applyDecorators,
  Injectable,
  UseFilters,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { admit, isOfOwnAccount } from '../../accounts/pages/admit.ts';
import { mayMember, MEMBER_PERMISSIONS, type MemberPermission } from '../../domain/console.ts';
import { Problem } from '../../domain/problem.ts';
import { FormLimits } from '../../http/form-limits.ts';
import { Assets } from '../../pages/assets.ts';
import { ConsoleSessions } from '../console-sessions.ts';
import type { Membership } from '../member.store.ts';
import { Members } from '../members.ts';
import { ConsoleProblemFilter } from './console-problem.filter.ts';
import { ConsoleRequest } from './console-request.ts';
import { CONSOLE } from './frame.ts';

/** What a route requires: a permission at the client that its address names, or `signed_in` where it names none. */
type Required = MemberPermission | 'signed_in';

/** Forms of one person in ten minutes. Each is an entry of the audit, for which all operators wait in turn. */
const FORMS = { times: 300, seconds: 600 };

const RequiredOf = Reflector.createDecorator<Required>();

/** Declares what a route requires. Without a declaration the guard refuses everyone. */
export function MayIn(required: Required): MethodDecorator {
  return RequiredOf(required);
}

/**
 * Admits a person who is signed in, to the clients of which the person is a member, and accepts only the console's own
 * forms. A client of others is answered exactly as one that does not exist.
 */
@Injectable()
class ConsoleGuard implements CanActivate {
  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly members: Members,
    private readonly assets: Assets,
    private readonly environment: Environment,
    private readonly reflector: Reflector,
    private readonly limits: FormLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { sessions, assets } = this;
    const door = { surface: CONSOLE, issuer: this.environment.ISSUER, assets, sessions };
    const { account, isForm, ...admitted } = await admit(context, door);
    const { request, visitor } = admitted;
    const requestOf = (membership: Membership | undefined, fields: ConsoleRequest['fields']) =>
      new ConsoleRequest(admitted, account, { sessions, membership }, fields);
    // A refusal is shown to the person who is signed in.
    request.accountRequest = requestOf(undefined, {});
    const fields = isForm ? visitor.form() : {};
    if (isForm) await this.limits.spend({ name: 'console-form', of: account.id, ...FORMS });
    const membership = await this.membershipOf(request, account.id, requiredBy(this.reflector, context));
    request.accountRequest = requestOf(membership, fields);
    return true;
  }

  private async membershipOf(
    request: FastifyRequest,
    accountId: string,
    required: Required,
  ): Promise<Membership | undefined> {
    const { clientId } = request.params as { clientId?: string };
    if (required === 'signed_in' || clientId === undefined) {
      if (required === 'signed_in' && clientId === undefined) return undefined;
      throw new Error('a route of the console names a client exactly where it requires a permission at one');
    }
    const membership = await this.members.membership(accountId, clientId);
    if (!membership) throw notFoundHere();
    if (!mayMember(membership.role, required)) {
      const roles: string[] = [...MEMBER_PERMISSIONS[required]];
      throw new Problem('insufficient_scope', `Ask a member with one of these roles: ${roles.join(', ')}.`, { roles });
    }
    return membership;
  }
}

/** The answer for what does not exist, and for what belongs to another client. */
export function notFoundHere(): Problem {
  return new Problem('not_found', 'There is no such page.');
}

function requiredBy(reflector: Reflector, context: ExecutionContext): Required {
  if (isOfOwnAccount(reflector, context)) return 'signed_in';
  const required = reflector.get(RequiredOf, context.getHandler()) as Required | undefined;
  if (required === undefined) throw new Error(`${context.getHandler().name} declares no permission`);
  return required;
}

/** Declares that a controller serves pages of the console to people who are signed in. */
export function ConsolePages(): ClassDecorator {
  return applyDecorators(UseGuards(ConsoleGuard), UseFilters(ConsoleProblemFilter), ApiExcludeController());
}
