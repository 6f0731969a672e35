import { Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { MonthlyCharge } from '../../charges/charge.ts';
import { Charges } from '../../charges/charges.ts';
import { monthBefore, monthOf } from '../../domain/fee.ts';
import { Problem } from '../../domain/problem.ts';
import type { BodyType } from '../../http/fastify.ts';
import { dayIn } from '../../pages/list-filter.ts';
import { Audit } from '../audit.ts';
import { auditCsv } from '../audit-csv.ts';
import { AuditLog, type AuditFilter } from '../audit-log.ts';
import { chargesCsv } from '../charges-csv.ts';
import { Permits } from '../operator.guard.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { DeskPages } from './desk.guard.ts';
import { reasonPage } from './home.page.ts';
import { auditPage, chargesPage, chooseMonthPage } from './records.page.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';

const FORM = { bodyType: 'form' satisfies BodyType };
/** Selectable months: the current one, and those whose charges may still be corrected. */
const MONTHS = 13;
/** Rows of charges on a page; the CSV may have millions. */
const ROWS = 100;
const AUDIT = '/operator/audit';

/** The records that supervisors read: the charges of a month, and the complete audit. */
@DeskPages()
@Controller('operator')
export class DeskRecordsController {
  constructor(
    private readonly charges: Charges,
    private readonly audit: Audit,
    private readonly log: AuditLog,
    private readonly sessions: OperatorSessions,
  ) {}

  @Get('charges')
  @Permits('charges')
  chooseMonth(@AtDesk() desk: DeskRequest): string {
    return desk.show(chooseMonthPage(desk.reader, lastMonths(), false));
  }

  @Post('charges')
  @RouteConfig(FORM)
  @Permits('charges')
  async choose(@AtDesk() desk: DeskRequest): Promise<string> {
    const month = readMonth(desk.fields['month'] ?? '');
    const reason = desk.typedReason;
    if (reason === undefined) return desk.show(chooseMonthPage(desk.reader, lastMonths(), true));
    await this.sessions.remember(desk.session, [aboutMonth(month)], reason);
    return desk.go(`/operator/charges/${month}`);
  }

  @Get('charges/:month')
  @Permits('charges')
  async month(@AtDesk() desk: DeskRequest, @Param('month') requested: string): Promise<string> {
    const month = readMonth(requested);
    if (!(await this.looksAtMonth(desk, month))) return desk.go('/operator/charges');
    const closedAt = (await this.charges.closedAt(month)) ?? null;
    const rows: MonthlyCharge[] = [];
    let [count, days, amount] = [0, 0, 0];
    for await (const batch of this.charges.of(month)) {
      rows.push(...batch.slice(0, ROWS - rows.length));
      count += batch.length;
      for (const charge of batch) [days, amount] = [days + charge.days, amount + charge.amount];
    }
    return desk.show(chargesPage(desk.reader, lastMonths(), { month, closedAt, rows, count, days, amount }));
  }

  @Get('charges/:month/csv')
  @Permits('charges')
  async csv(@AtDesk() desk: DeskRequest, @Param('month') requested: string, @Res() reply: FastifyReply): Promise<void> {
    const month = readMonth(requested);
    if (!(await this.looksAtMonth(desk, month))) {
      await reply.send(desk.go('/operator/charges'));
      return;
    }
    void reply.header('Content-Disposition', `attachment; filename="charges-${month}.csv"`);
    await reply.type('text/csv; charset=utf-8').send(Readable.from(chargesCsv(this.charges.of(month))));
  }

  @Get('audit')
  @Permits('whole_audit')
  async wholeAudit(@AtDesk() desk: DeskRequest, @Query() query: Record<string, unknown>): Promise<string> {
    const reason = await this.sessions.reasonFor(desk.session, AUDIT);
    if (reason === undefined) return desk.show(reasonPage(desk.reader, AUDIT, false));
    const filter = filterIn(query);
    const reader = desk.acting(reason);
    return desk.show(auditPage(desk.reader, filter, await this.log.page(reader, filter)));
  }

  @Get('audit/csv')
  @Permits('whole_audit')
  async auditCsv(
    @AtDesk() desk: DeskRequest,
    @Query() query: Record<string, unknown>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const reason = await this.sessions.reasonFor(desk.session, AUDIT);
    if (reason === undefined) {
      await reply.send(desk.go(AUDIT));
      return;
    }
    const { before: _cursor, ...filter } = filterIn(query);
    const entries = await this.log.all(desk.acting(reason), filter);
    void reply.header('Content-Disposition', 'attachment; filename="audit.csv"');
    await reply.type('text/csv; charset=utf-8').send(Readable.from(auditCsv(entries)));
  }

  @Post('audit/reason')
  @RouteConfig(FORM)
  @Permits('whole_audit')
  async auditReason(@AtDesk() desk: DeskRequest): Promise<string> {
    const reason = desk.typedReason;
    if (reason === undefined) return desk.show(reasonPage(desk.reader, AUDIT, true));
    await this.sessions.remember(desk.session, [AUDIT], reason);
    return desk.go(AUDIT);
  }

  /** Returns false until a reason is given; otherwise audits the read. */
  private async looksAtMonth(desk: DeskRequest, month: string): Promise<boolean> {
    const reason = await this.sessions.reasonFor(desk.session, aboutMonth(month));
    if (reason === undefined) return false;
    const operator = desk.acting(reason);
    await this.audit.recordRead({ ...operator, action: `charges ${month}` }, undefined);
    return true;
  }
}

function aboutMonth(month: string): string {
  return `charges ${month}`;
}

function lastMonths(): string[] {
  const months = [monthOf(new Date())];
  while (months.length < MONTHS) months.push(monthBefore(months.at(-1) ?? ''));
  return months;
}

function readMonth(written: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(written)) return written;
  throw new Problem('not_found', 'Choose a month at /operator/charges.');
}

/** Reads the filter of the audit from the query. What cannot be read filters nothing. */
function filterIn(query: Record<string, unknown>): AuditFilter {
  const [operator, action, before] = [text(query['operator']), text(query['action']), text(query['before'])];
  const [from, until] = [dayIn(query['from']), dayIn(query['until'])];
  return {
    ...(operator !== undefined && { operator }),
    ...(action !== undefined && { action }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(query['lists'] === 'yes' && { lists: true }),
    ...(before !== undefined && /^\d{1,18}$/.test(before) && { before }),
  };
}

/** Returns the trimmed text of a filter; undefined for an empty one. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 100) : undefined;
}
