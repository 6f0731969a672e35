import { Controller, Get } from '@nestjs/common';
import { Permits } from '../operator.guard.ts';
import { Overview } from '../overview.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';
import { DeskPages } from './desk.guard.ts';
import { overviewPage } from './overview.page.ts';

/** The overview of supervisors. It asks for no reason, because it names no person. */
@DeskPages()
@Controller('operator/overview')
export class DeskOverviewController {
  constructor(private readonly overview: Overview) {}

  @Get()
  @Permits('figures')
  async show(@AtDesk() desk: DeskRequest): Promise<string> {
    return desk.show(overviewPage(desk.reader, await this.overview.ofSupervisors()));
  }
}
