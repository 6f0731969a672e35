import { Body, Controller, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsISO8601, IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Caller } from '../crypto/access-token.ts';
import { Problem, type InputFault } from '../domain/problem.ts';
import { FromClient } from '../http/client.guard.ts';
import type { BodyType } from '../http/fastify.ts';
import { PLAIN_TEXT } from '../http/plain-text.ts';
import { problemDocument } from '../http/problem.filter.ts';
import type { Outcome } from './events/carrier-event.store.ts';
import { factsOf, LineInput } from './carrier.dto.ts';
import { ForCarriers, TakesSinkTokens } from './carrier.guard.ts';
import { fromHeaders } from './events/cloud-event.ts';
import { EventLanes } from './events/event-lanes.ts';
import { CarrierFeed, type EventOutcome } from './events/feed.ts';
import { SnapshotImport } from './snapshot/import.ts';
import { Reconcile, type Reconciled } from './snapshot/reconcile.ts';

/** Events of one batch (contract). */
const BATCH = 1_000;

class OutcomeResponse {
  outcome: Outcome;
  /** A problem document (RFC 9457). Present only with `rejected`. */
  problem?: object;
}

class BatchOutcome extends OutcomeResponse {
  /** The `id` of the event; null when it could not be read. */
  id: string | null;
}

class BatchResponse {
  outcomes: BatchOutcome[];
}

class LineResponse {
  lineId: string;
  outcome: Reconciled['outcome'];
  /** The facts that differed from the stored ones. */
  differences: string[];
}

class ImportQuery {
  /** True compares and reports without changing anything. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  dryRun?: boolean;

  /** When the snapshot was taken, RFC 3339; now when left out. Later events are not undone. */
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  takenAt?: string;

  /** What happens to lines that the snapshot does not contain; `report` when left out. */
  @IsOptional()
  @IsIn(['report', 'terminate'])
  missing?: 'report' | 'terminate';

  /** The `confirm` of the summary with which an import of the same snapshot stopped, because it would end too much. */
  @IsOptional()
  @Matches(/^[\w-]{1,64}$/, { message: 'confirm must be the text from the summary of the import that stopped' })
  confirm?: string;
}

@ApiTags('Carrier')
@ForCarriers()
@Controller('carrier/v1')
export class CarrierController {
  constructor(
    private readonly feed: CarrierFeed,
    private readonly lanes: EventLanes,
    private readonly reconciling: Reconcile,
    private readonly importing: SnapshotImport,
  ) {}

  /**
   * Takes line events as CloudEvents 1.0: a single one (structured or binary mode) or a batch of at most 1,000 events
   * and 1 MiB. `subject` is the line id, and the extension `sequence` an integer that increases with each event of the
   * line. Types `pushguard.line.v1.…` with their data: `ported-out` `{ newCarrier }`, `owner-changed` `{ owner }`,
   * `terminated`, `device-changed` `{ os, osVersion, formFactor, model }`, `plan-changed` `{ plan }`, `number-changed`
   * `{ phoneNumber }`, `suspended`, `resumed`, `sim-swapped`; also CAMARA
   * `org.camaraproject.sim-swap-subscriptions.v0.swapped` `{ phoneNumber }`. Outcomes: `applied`, `duplicate` (this
   * source and id came before), `stale` (the sequence is not above the last one), `unknown_line`, `rejected`. A single
   * event that is rejected answers 422 with a problem document, a batch 202 with a `problem` in its outcome. After a 5xx
   * the whole request can be sent again. `OPTIONS` answers the handshake of CloudEvents senders.
   */
  @Post('events')
  @TakesSinkTokens()
  @HttpCode(202)
  @RouteConfig({ bodyType: 'events' satisfies BodyType })
  @ApiConsumes('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json')
  @ApiBody({ schema: { type: 'object', additionalProperties: true } })
  @ApiResponse({ status: 422, description: 'A single event that is rejected: a problem document with its outcome' })
  @ApiOperation({ summary: 'Report line events' })
  async events(
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OutcomeResponse | BatchResponse> {
    if (Array.isArray(body)) return { outcomes: await this.ingestAll(body) };
    // Senders may repeat attributes as `ce-` headers in structured mode: the media type alone tells the mode.
    const isStructured = /^application\/cloudevents\+json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '');
    if (!isStructured && request.headers['ce-specversion'] === undefined) {
      throw new Problem(
        'unsupported_media_type',
        'Send the event as application/cloudevents+json, or in binary mode with ce- headers.',
      );
    }
    const { outcome, faults } = await this.feed.ingest(isStructured ? body : fromHeaders(request.headers, body));
    if (!faults) return { outcome };
    // Senders of a single event look at the status alone.
    void reply.status(422).type('application/problem+json; charset=utf-8').header('Cache-Control', 'no-store');
    return Object.assign({ outcome }, rejected(faults), { status: 422 });
  }

  /**
   * Replaces all facts of a line, and applies the differences to its subscription. A number that another line has moves
   * to this one. Errors: `invalid_request`.
   */
  @Put('lines/:lineId')
  @ApiOperation({ summary: 'Replace the facts of a line' })
  async line(
    @FromClient() { clientId: client }: Caller,
    @Param('lineId') lineId: string,
    @Body() body: LineInput,
  ): Promise<LineResponse> {
    if (lineId.length > 64 || !PLAIN_TEXT.test(lineId)) {
      throw new Problem('invalid_request', 'The line id must be one line of text with 1 to 64 characters.');
    }
    if (body.lineId !== undefined && body.lineId !== lineId) {
      const errors = [{ pointer: '/lineId', detail: 'Omit lineId, or send the one in the address.' }];
      throw new Problem('invalid_request', 'The body and the address name different lines.', { errors });
    }
    return { lineId, ...(await this.reconciling.reconcile(factsOf(lineId, body), { client })) };
  }

  /**
   * Takes a full snapshot as NDJSON, the facts of one line in each row of at most 16,384 characters, and returns
   * NDJSON: progress, every line that differs, and a summary at the end. Nothing is changed before the whole snapshot
   * has arrived and was compared. The report names the first 1,000 rejected lines; the summary counts all. A carrier whose
   * name is not configured is named as `unknownCarrier` and ends nothing. An import that would end more than the
   * operator allows (`IMPORT_MAX_ENDED`) changes nothing: its report is that of a dry run, with `ends` on the lines
   * concerned, and its summary has `stopped: true`, `ended`, `limit` and `confirm`, which the query of the next import
   * repeats to carry out exactly this. Errors: `payload_too_large` above 4 GiB, `import_in_progress`, `unsupported_media_type`,
   * `invalid_request` for bytes that are no UTF-8.
   */
  @Post('lines/import')
  @HttpCode(200)
  @RouteConfig({ bodyType: 'lines' satisfies BodyType })
  @ApiConsumes('application/x-ndjson')
  @ApiProduces('application/x-ndjson')
  @ApiBody({ schema: { type: 'string' } })
  @ApiResponse({ status: 200, description: 'The report, one JSON object per line' })
  @ApiOperation({ summary: 'Reconcile with a snapshot' })
  async import(
    @FromClient() { clientId: client }: Caller,
    @Query() query: ImportQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // Not through @Body(): the input pipe would copy the stream like an object.
    const { body } = request;
    if (!(body instanceof Readable)) {
      throw new Problem('unsupported_media_type', 'Send the snapshot as application/x-ndjson.');
    }
    const takenAt = query.takenAt === undefined ? new Date() : new Date(query.takenAt);
    const { dryRun = false, missing = 'report', confirm } = query;
    const options = { client, dryRun, takenAt, missing, ...(confirm !== undefined && { confirm }) };
    const lines = await this.importing.report(body, options);
    await reply.type('application/x-ndjson').send(lines);
  }

  private async ingestAll(documents: readonly unknown[]): Promise<BatchOutcome[]> {
    if (documents.length > BATCH) {
      throw new Problem(
        'invalid_request',
        `A batch can hold at most ${BATCH.toLocaleString('en')} events. Send smaller batches.`,
      );
    }
    return (await this.lanes.ingestAll(documents)).map(batchOutcome);
  }
}

function batchOutcome({ id, outcome, faults }: EventOutcome): BatchOutcome {
  return { id, outcome, ...(faults && { problem: rejected(faults) }) };
}

function rejected(errors: InputFault[]): object {
  return problemDocument(
    new Problem('invalid_request', 'Correct the fields listed in errors, then send the event again.', { errors }),
  );
}
