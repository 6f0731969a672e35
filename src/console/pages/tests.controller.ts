import { Controller, Get } from '@nestjs/common';
import { OPEN_STATES } from '../../domain/authentication.ts';
import { Problem } from '../../domain/problem.ts';
import { TestAuthentications } from '../../test-mode/test-authentications.ts';
import { TestLog } from '../../test-mode/test-log.ts';
import { ConsolePages, MayIn } from './console.guard.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { testsPage, type RunningTest } from './tests.page.ts';

/** Tests under way that the page shows. */
const RUNNING = 20;

/** The test numbers, and the tests of a relying party that are under way. */
@ConsolePages()
@Controller('console/clients/:clientId/tests')
export class ConsoleTestsController {
  constructor(
    private readonly log: TestLog,
    private readonly authentications: TestAuthentications,
  ) {}

  @Get()
  @MayIn('look')
  async show(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { rows } = await this.log.page(at.client.id, { states: OPEN_STATES, limit: RUNNING });
    const running = await Promise.all(
      rows.map(async (authentication): Promise<RunningTest | null> => {
        const phone = await this.authentications.phone(authentication.id, at.client.id).catch((error: unknown) => {
          // It was purged meanwhile.
          if (error instanceof Problem) return null;
          throw error;
        });
        return phone && { authentication, phone };
      }),
    );
    return at.show(
      testsPage(
        at.clientReader,
        running.filter((one) => one !== null),
      ),
    );
  }
}
