import { Controller, Get, Param, Query } from '@nestjs/common';
import { ClientLog } from '../../authentication/client-log.ts';
import type { AuthenticationLog } from '../../authentication/authentication-log.ts';
import { TestLog } from '../../test-mode/test-log.ts';
import { ConsolePages, MayIn, notFoundHere } from './console.guard.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { logQueryOf, readLogChoice, type LogChoice } from './log-choice.ts';
import { loggedPage, logPage } from './log.page.ts';

/** The log of a relying party's authentications, live ones and those of test mode. */
@ConsolePages()
@Controller('console/clients/:clientId/log')
export class ConsoleLogController {
  constructor(
    private readonly live: ClientLog,
    private readonly test: TestLog,
  ) {}

  @Get()
  @MayIn('look')
  async log(@AtConsole() at: ConsoleRequest, @Query() query: Record<string, unknown>): Promise<string> {
    const choice = readLogChoice(query);
    const { id: wanted, ...shown } = choice;
    if (wanted !== undefined) {
      const found = await this.findIn(at, wanted, choice);
      if (found) return at.go(`${at.path('log')}/${found.id}${found.mode === 'test' ? '?mode=test' : ''}`);
    }
    const page = await this.logOf(choice).page(at.client.id, logQueryOf(shown));
    return at.show(logPage(at.clientReader, choice, page, { isUnknownId: wanted !== undefined }));
  }

  @Get(':id')
  @MayIn('look')
  async one(
    @AtConsole() at: ConsoleRequest,
    @Param('id') id: string,
    @Query() query: Record<string, unknown>,
  ): Promise<string> {
    const { mode } = readLogChoice(query);
    const found = await this.logOf({ mode }).find(at.client.id, id);
    if (!found) throw notFoundHere();
    return at.show(loggedPage(at.clientReader, found, mode));
  }

  /** Also in the other mode: an id that a developer found in a log says nothing of the mode. */
  private async findIn(
    at: ConsoleRequest,
    wanted: string,
    { mode }: Pick<LogChoice, 'mode'>,
  ): Promise<{ id: string; mode: LogChoice['mode'] } | undefined> {
    const modes = mode === 'test' ? (['test', 'live'] as const) : (['live', 'test'] as const);
    for (const one of modes) {
      const found = await this.logOf({ mode: one }).find(at.client.id, wanted.toLowerCase());
      if (found) return { id: found.id, mode: one };
    }
    return undefined;
  }

  private logOf({ mode }: Pick<LogChoice, 'mode'>): AuthenticationLog {
    return mode === 'test' ? this.test : this.live;
  }
}
