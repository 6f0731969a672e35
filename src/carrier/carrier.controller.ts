import { Body, Controller, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsISO8601, IsOptional } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Caller } from '../crypto/access-token.ts';
import { Problem, type InputFault } from '../domain/problem.ts';
import { ForClients, FromClient } from '../http/client.guard.ts';
import type { BodyType } from '../http/fastify.ts';
import { PLAIN_TEXT } from '../http/plain-text.ts';
import { problemDocument } from '../http/problem.filter.ts';
import type { Outcome } from './events/carrier-event.store.ts';
import { factsOf, LineInput } from './carrier.dto.ts';
import { fromHeaders } from './events/cloud-event.ts';
import { CarrierFeed, type EventOutcome } from './events/feed.ts';
import { SnapshotImport, type ImportReport } from './snapshot/import.ts';
import { Reconcile, type Reconciled } from './snapshot/reconcile.ts';

/** Events of one batch (contract). */
const BATCH = 1_000;
/** Lines whose events are applied side by side; those of one line are applied in their order. */
const LANES = 6;

class OutcomeResponse {
  outcome: Outcome;
  /** A problem document (RFC 9457); with `rejected` only. */
  problem?: object;
}

class BatchOutcome extends OutcomeResponse {
  /** As its sender named it; null where that could not be read. */
  id: string | null;
}

class BatchResponse {
  outcomes: BatchOutcome[];
}

class LineResponse {
  lineId: string;
  outcome: Reconciled['outcome'];
  /** The facts that were different. */
  differences: string[];
}

class ImportQuery {
  /** Compare and report, and change nothing. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  dryRun?: boolean;

  /** When the snapshot was taken; left out, now. What events have told since is not undone. */
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  takenAt?: string;

  /** What becomes of lines that the snapshot does not name. */
  @IsOptional()
  @IsIn(['report', 'terminate'])
  missing?: 'report' | 'terminate';
}

@ApiTags('Carrier')
@ForClients('carrier')
@Controller('carrier/v1')
export class CarrierController {
  private readonly lanes: Promise<void>[] = [];

  constructor(
    private readonly feed: CarrierFeed,
    private readonly reconciling: Reconcile,
    private readonly importing: SnapshotImport,
  ) {}

  /**
   * What happened to lines, as CloudEvents 1.0: one (structured or binary), or a batch of at most 1,000. Sent again,
   * an event is a `duplicate`; a 5xx means that the whole request may be sent again.
   */
  @Post('events')
  @HttpCode(202)
  @RouteConfig({ bodyType: 'events' satisfies BodyType })
  @ApiConsumes('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json')
  @ApiBody({ schema: { type: 'object', additionalProperties: true } })
  @ApiOperation({ summary: 'Report line events' })
  async events(@Req() request: FastifyRequest, @Body() body: unknown): Promise<OutcomeResponse | BatchResponse> {
    if (Array.isArray(body)) return { outcomes: await this.tellAll(body) };
    const isBinary = request.headers['ce-specversion'] !== undefined;
    if (!isBinary && !request.headers['content-type']?.startsWith('application/cloudevents+json')) {
      throw new Problem(
        'unsupported_media_type',
        'Send the event as application/cloudevents+json, or in binary mode with ce- headers.',
      );
    }
    const { outcome, faults } = await this.feed.ingest(isBinary ? fromHeaders(request.headers, body) : body);
    return { outcome, ...(faults && { problem: rejected(faults) }) };
  }

  /** All that the carrier knows of a line, in the place of what is held; its subscription follows. */
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
   * A full snapshot as NDJSON, a line's facts each. Answers NDJSON: progress, every line that differs, and a summary
   * last. Nothing is done before the whole snapshot has come.
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
    // Not by @Body(): the input pipe would copy a stream as if it were an object.
    const { body } = request;
    if (!(body instanceof Readable)) {
      throw new Problem('unsupported_media_type', 'Send the snapshot as application/x-ndjson.');
    }
    const takenAt = query.takenAt === undefined ? new Date() : new Date(query.takenAt);
    const snapshot = await this.importing.take(body);
    const { dryRun = false, missing = 'report' } = query;
    const reports = this.importing.run(snapshot, { client, dryRun, takenAt, missing });
    // The first report is awaited here, so that a refusal still is a problem document.
    const first = await reports.next().catch(async (error: unknown) => {
      await snapshot.discard();
      throw error;
    });
    const lines = Readable.from(written(first, reports));
    // Whether it was read to its end or the carrier hung up: the import ends, and lets go of what it held.
    lines.once('close', () => void reports.return(undefined).finally(() => snapshot.discard()));
    await reply.type('application/x-ndjson').send(lines);
  }

  /** One event a lane at a time, whatever number of batches there are: windows need connections too. */
  private inLane(lane: number, work: () => Promise<void>): Promise<void> {
    const next = (this.lanes[lane] ?? Promise.resolve()).then(work);
    this.lanes[lane] = next.catch(() => undefined);
    return next;
  }

  private async tellAll(documents: readonly unknown[]): Promise<BatchOutcome[]> {
    if (documents.length > BATCH) {
      throw new Problem(
        'invalid_request',
        `A batch can hold at most ${BATCH.toLocaleString('en')} events. Send smaller batches.`,
      );
    }
    const outcomes: BatchOutcome[] = [];
    const lanes = Array.from({ length: LANES }, (): number[] => []);
    for (const [at, document] of documents.entries()) lanes[laneOf(document)]?.push(at);
    await Promise.all(
      lanes.map(async (places, lane) => {
        for (const at of places) {
          await this.inLane(lane, async () => {
            outcomes[at] = told(await this.feed.ingest(documents[at]));
          });
        }
      }),
    );
    return outcomes;
  }
}

/** Events of one line share a lane, and so keep their order. */
function laneOf(document: unknown): number {
  const { subject } = (document ?? {}) as { subject?: unknown };
  let hash = 0;
  for (const character of typeof subject === 'string' ? subject : '') hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % LANES;
}

function told({ id, outcome, faults }: EventOutcome): BatchOutcome {
  return { id, outcome, ...(faults && { problem: rejected(faults) }) };
}

function rejected(errors: InputFault[]): object {
  return problemDocument(
    new Problem('invalid_request', 'Correct the fields listed in errors, then send the event again.', { errors }),
  );
}

async function* written(
  first: IteratorResult<ImportReport>,
  rest: AsyncIterable<ImportReport>,
): AsyncGenerator<string> {
  if (!first.done) yield `${JSON.stringify(first.value)}\n`;
  for await (const report of rest) yield `${JSON.stringify(report)}\n`;
}
