import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Loops } from '../process/loops.ts';
import { Readiness, type Answer } from './readiness.ts';

/** For load balancers, which reach this port only. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(
    private readonly loops: Loops,
    private readonly readiness: Readiness,
  ) {}

  @Get('live')
  live(@Res({ passthrough: true }) reply: FastifyReply): { status: 'up' | 'down'; stuck?: string[] } {
    const stuck = this.loops.stuck();
    if (stuck.length === 0) return { status: 'up' };
    void reply.status(503);
    return { status: 'down', stuck };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Answer> {
    const answer = await this.readiness.answer();
    if (answer.status === 'down') void reply.status(503).header('Retry-After', '1');
    return answer;
  }
}
