import { Controller, Get, Query } from '@nestjs/common';
import { SPANS } from '../../domain/figures.ts';
import { Figures } from '../../figures/figures.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { ConsolePages, MayIn } from './console.guard.ts';
import { figuresPage } from './figures.page.ts';

/** The figures of a relying party's authentications. */
@ConsolePages()
@Controller('console/clients/:clientId/figures')
export class ConsoleFiguresController {
  constructor(private readonly figures: Figures) {}

  @Get()
  @MayIn('look')
  async show(@AtConsole() at: ConsoleRequest, @Query('span') wanted: unknown): Promise<string> {
    const span = SPANS.find((one) => one === wanted) ?? '7d';
    return at.show(figuresPage(at.clientReader, span, await this.figures.of(at.client.id, span)));
  }
}
