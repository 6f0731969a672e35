import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Environment } from '../../config/environment.ts';
import { Problem } from '../domain/problem.ts';

/** RFC 9116, section 2.5.5, recommends less than a year, so that a researcher does not read an outdated contact. */
const VALID_MS = 180 * 24 * 3_600_000;

/** Where a person who found a weakness reports it (RFC 9116). */
@ApiExcludeController()
@Controller('.well-known')
export class SecurityTextController {
  constructor(private readonly environment: Environment) {}

  /** Answers 404 where the operator names no contact. */
  @Get('security.txt')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Header('Cache-Control', 'public, max-age=300')
  text(): string {
    const { SECURITY_CONTACT: contacts, SECURITY_POLICY_URL: policy, ISSUER: issuer } = this.environment;
    if (contacts === undefined)
      throw new Problem('not_found', 'This service names no contact for reports of security.');
    // Whole seconds, which every reader of RFC 3339 takes. It counts from now: a process may run for longer.
    const expires = new Date(Date.now() + VALID_MS).toISOString().replace(/\.\d+Z$/, 'Z');
    const lines = [
      ...contacts.map((contact) => `Contact: ${contact}`),
      `Expires: ${expires}`,
      'Preferred-Languages: ko, en',
      `Canonical: ${issuer}/.well-known/security.txt`,
      ...(policy === undefined ? [] : [`Policy: ${policy}`]),
    ];
    return `${lines.join('\n')}\n`;
  }
}
