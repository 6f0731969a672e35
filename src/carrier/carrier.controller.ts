import { Body, Controller, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { Environment } from '../../config/environment.ts';
import type { Caller } from '../crypto/access-token.ts';
import { LONGEST_LINE_ID } from '../domain/line.ts';
import { Problem, type InputFault } from '../domain/problem.ts';
import { FromClient } from '../http/client.guard.ts';
import type { BodyType } from '../http/fastify.ts';
import { badBody, badParameter } from '../http/faults.ts';
import { Operation } from '../http/operation.ts';
import { problemDocument } from '../http/problem.filter.ts';
import { factsOf, LineInput } from './carrier.dto.ts';
import { ForCarriers, TakesSinkTokens } from './carrier.guard.ts';
import { BatchOutcome, BatchResponse, ImportQuery, LineResponse, OutcomeResponse } from './feed.dto.ts';
import { EventBody } from './events/event-body.ts';
import { fromHeaders } from './events/cloud-event.ts';
import { EventLanes } from './events/event-lanes.ts';
import { CarrierFeed, type EventOutcome } from './events/feed.ts';
import { linkEvents } from './events/link-events.ts';
import { isLineId } from './line-id.ts';
import { SnapshotImport } from './snapshot/import.ts';
import { Reconcile } from './snapshot/reconcile.ts';

/** Events of one batch (contract). */
const BATCH = 1_000;

@ApiTags('Carrier')
@ForCarriers()
@Controller('carrier/v1')
export class CarrierController {
  constructor(
    private readonly feed: CarrierFeed,
    private readonly lanes: EventLanes,
    private readonly reconciling: Reconcile,
    private readonly importing: SnapshotImport,
    private readonly environment: Environment,
  ) {}

  /**
   * Takes line events as CloudEvents 1.0: a single one (structured or binary mode) or a batch of at most 1,000 events
   * and 1 MiB. `subject` is the line id, and the extension `sequence` an integer that increases with each event of the
   * line. Types `pushguard.line.v1.…` with their data: `ported-out` `{ newCarrier }`, `owner-changed` `{ owner }`,
   * `terminated`, `device-changed` `{ os, osVersion, formFactor, model }`, `plan-changed` `{ plan }`, `number-changed`
   * `{ phoneNumber }`, `suspended`, `resumed`, `sim-swapped`; also CAMARA
   * `org.camaraproject.sim-swap-subscriptions.v0.swapped`, with `{ phoneNumber }` or with `subject`. Outcomes: `applied`,
   * `duplicate` (this source and id came before), `stale` (the sequence is not above the last one), `unknown_line`,
   * `rejected`. A single event that is rejected answers 422 with a problem document, a batch 202 with a `problem` in its outcome. After a 5xx
   * the whole request can be sent again. `OPTIONS` answers the handshake of CloudEvents senders.
   */
  @Post('events')
  @TakesSinkTokens()
  @HttpCode(202)
  @RouteConfig({ bodyType: 'events' satisfies BodyType })
  @EventBody()
  @Operation('reportLineEvents', {
    summary: 'Report line events',
    answers: 'The outcome of the event, or of each event of the batch',
  })
  async events(
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OutcomeResponse | BatchResponse> {
    linkEvents([body].flat());
    if (Array.isArray(body)) return { outcomes: await this.ingestAll(body) };
    const isBinary = request.headers['ce-specversion'] !== undefined;
    if ((body ?? undefined) === undefined && !isBinary) {
      throw badBody('The body is empty. Send an event in it.', {
        pointer: '',
        detail: 'Send one event, or a batch of events.',
      });
    }
    // Senders may repeat attributes as `ce-` headers in structured mode: the media type alone tells the mode.
    const isStructured = /^application\/cloudevents\+json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '');
    if (!isStructured && !isBinary) {
      throw new Problem(
        'unsupported_media_type',
        'Send the event as application/cloudevents+json, or in binary mode with ce- headers.',
      );
    }
    const { outcome, faults } = await this.feed.ingest(isStructured ? body : fromHeaders(request.headers, body));
    if (!faults) return { outcome };
    // Senders of a single event look at the status alone.
    void reply.status(422).type('application/problem+json; charset=utf-8').header('Cache-Control', 'no-store');
    return Object.assign({ outcome }, rejected(faults, this.environment.ISSUER), { status: 422 });
  }

  /**
   * Replaces all facts of a line, and applies the differences to its subscription. A number that another line has moves
   * to this one. Errors: `invalid_request`.
   */
  @Put('lines/:lineId')
  @Operation('replaceLine', { summary: 'Replace the facts of a line', answers: 'What was changed' })
  async line(
    @FromClient() { clientId: client }: Caller,
    @Param('lineId') lineId: string,
    @Body() body: LineInput,
  ): Promise<LineResponse> {
    if (!isLineId(lineId)) {
      const detail = `Send the id of the line as one line of text of 1 to ${LONGEST_LINE_ID} characters.`;
      throw badParameter('lineId', detail);
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
  @ApiOkResponse({ schema: { type: 'string' } })
  @Operation('importLines', {
    summary: 'Reconcile with a snapshot',
    answers: 'The report, one JSON object per line',
    refuses: ['import_in_progress'],
  })
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
    const takenAt = takenAtOf(query, new Date());
    const { dryRun = false, missing = 'report', confirm } = query;
    const options = { client, dryRun, takenAt, missing, ...(confirm !== undefined && { confirm }) };
    const lines = await this.importing.report(body, options);
    await reply.type('application/x-ndjson').send(lines);
  }

  private async ingestAll(documents: readonly unknown[]): Promise<BatchOutcome[]> {
    if (documents.length > BATCH) {
      throw badBody(`A batch can hold at most ${BATCH.toLocaleString('en')} events. Send smaller batches.`);
    }
    return (await this.lanes.ingestAll(documents)).map((one) => batchOutcome(one, this.environment.ISSUER));
  }
}

/** When a snapshot was taken. Facts as of a future instant would outrank every later snapshot until then. */
function takenAtOf({ takenAt }: ImportQuery, now: Date): Date {
  const at = takenAt === undefined ? now : new Date(takenAt.toUpperCase());
  return at > now ? now : at;
}

function batchOutcome({ id, outcome, faults }: EventOutcome, issuer: string): BatchOutcome {
  return { id, outcome, ...(faults && { problem: rejected(faults, issuer) }) };
}

function rejected(errors: InputFault[], issuer: string): object {
  return problemDocument(
    new Problem('invalid_request', 'Correct the fields listed in errors, then send the event again.', { errors }),
    issuer,
  );
}
