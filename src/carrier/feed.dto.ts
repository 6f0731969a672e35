import { ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, Matches } from 'class-validator';
import { OptionalInstant } from '../http/instant.ts';
import type { Outcome } from './events/carrier-event.store.ts';
import type { Reconciled } from './snapshot/reconcile.ts';
import { HandsetInput, NumberChangedData, OwnerChangedData, PlanChangedData, PortedOutData } from './carrier.dto.ts';

/** The data of each type of event that has some. CAMARA's names the number, as `number-changed` does. */
export const EVENT_DATA = [PortedOutData, OwnerChangedData, HandsetInput, PlanChangedData, NumberChangedData] as const;
export const LINE_EVENT_DATA = EVENT_DATA.map((data) => ({ $ref: getSchemaPath(data) }));

export class OutcomeResponse {
  outcome: Outcome;
  /** A problem document (RFC 9457). Present only with `rejected`. */
  @ApiPropertyOptional({ allOf: [{ $ref: '#/components/schemas/Problem' }] })
  problem?: object;
}

export class BatchOutcome extends OutcomeResponse {
  /** The `id` of the event; null when it could not be read. */
  id: string | null;
}

export class BatchResponse {
  outcomes: BatchOutcome[];
}

export class LineResponse {
  lineId: string;
  outcome: Reconciled['outcome'];
  /** The facts that differed from the stored ones. */
  differences: string[];
}

export class ImportQuery {
  /** True compares and reports without changing anything. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  dryRun?: boolean;

  /**
   * When the snapshot was taken, RFC 3339; now when left out. Later events are not undone. An instant of the future counts as
   * now.
   */
  @OptionalInstant()
  takenAt?: string;

  /** What happens to lines that the snapshot does not contain; `report` when left out. */
  @IsOptional()
  @IsIn(['report', 'terminate'])
  missing?: 'report' | 'terminate';

  /** The `confirm` of the summary with which an import of the same snapshot stopped, because it would end too much. */
  @IsOptional()
  @Matches(/^[\w-]{1,64}$/, { message: 'the text from the summary of the import that stopped' })
  confirm?: string;
}

/** One event in structured mode. Extensions beside `sequence` are accepted and ignored. */
export class CloudEventRequest {
  /** The version of CloudEvents. */
  specversion: '1.0';
  /** The id of the event, unique for its source. */
  id: string;
  /** The system that the event comes from, as a URI reference. */
  source: string;
  /** `pushguard.line.v1.…`, or `org.camaraproject.sim-swap-subscriptions.v0.swapped`. */
  type: string;
  /** The id of the line. CAMARA's events may name the number in their data instead, which then counts alone. */
  subject?: string;
  /** When it happened, RFC 3339. */
  time: string;
  /** Rises with each event of the line: an integer below 2^63, as a number or as a text of digits. */
  @ApiPropertyOptional({
    oneOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^\\d{1,32}$' },
    ],
  })
  sequence?: number | string;
  /** `application/json`, also when left out. */
  datacontenttype?: string;
  /** What the type says. Types without data leave it out. */
  @ApiPropertyOptional({ anyOf: [...LINE_EVENT_DATA] })
  data?: object;
  /** The data in Base64, instead of `data`. */
  data_base64?: string;
}
