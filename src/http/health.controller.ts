import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { Problem } from '../domain/problem.ts';

const ALIVE = statement('health_alive', 'SELECT 1');

/** For load balancers, which reach this port only. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(private readonly database: Database) {}

  @Get('live')
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  @Get('ready')
  async ready(): Promise<{ status: 'up' }> {
    try {
      await this.database.rows(ALIVE, []);
    } catch {
      throw new Problem('service_unavailable', 'The database does not answer.', { retryAfterSeconds: 1 });
    }
    return { status: 'up' };
  }
}
