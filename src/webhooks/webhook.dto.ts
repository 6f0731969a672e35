import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { Instant, OptionalInstant } from '../http/instant.ts';
import { Optional, Unchanged } from '../http/optional.ts';
import { ONE_LINE, PLAIN_TEXT, Trimmed } from '../http/plain-text.ts';
import { CHOSEN_TYPES, EVENT_TYPES, type EventType } from './event-types.ts';

/** Events that one answer has at most, and unless a number is asked for. */
const [MOST_LISTED, USUALLY_LISTED] = [500, 100];

export class WebhookEndpointRequest {
  /**
   * Where events are sent: `https`, port 443 or one above 1024, at most 2048 characters, without user, password and
   * fragment, and reachable from the internet. Outside production also `http` to the service’s own host.
   */
  @IsString()
  @Length(1, 10_000)
  url: string;

  /** The types of events to send, 1 to 32 of them; `*` stands for all types, also those to come. */
  @ApiProperty({ isArray: true, enum: CHOSEN_TYPES, example: ['authentication.verified', 'authentication.expired'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(32)
  @ArrayUnique()
  @IsIn(CHOSEN_TYPES, { each: true })
  types: (EventType | '*')[];

  /** What it is for, one line of at most 200 characters. */
  @Optional()
  @Trimmed()
  @IsString()
  @Length(1, 200)
  @Matches(PLAIN_TEXT, ONE_LINE)
  description?: string;
}

/** Members that are left out stay. Null is a change too: it removes the description, and is refused for the others. */
export class ChangeWebhookEndpointRequest {
  /** As when it was added. */
  @Unchanged()
  @IsString()
  @Length(1, 10_000)
  url?: string;

  /** As when it was added. */
  @ApiPropertyOptional({ isArray: true, enum: CHOSEN_TYPES })
  @Unchanged()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(32)
  @ArrayUnique()
  @IsIn(CHOSEN_TYPES, { each: true })
  types?: (EventType | '*')[];

  /** What it is for, one line of at most 200 characters; an empty text or null removes it. */
  @IsOptional()
  @Trimmed()
  @IsString()
  @Length(0, 200)
  @Matches(new RegExp(`${PLAIN_TEXT.source}|^$`, 'u'), ONE_LINE)
  description?: string | null;

  /** `true` stops sending and keeps what waits; `false` sends again, also to an endpoint that the service disabled. */
  @Unchanged()
  @IsBoolean()
  disabled?: boolean;
}

export class WebhookEndpointResponse {
  /** Opaque. */
  id: string;
  url: string;
  @ApiProperty({ isArray: true, enum: CHOSEN_TYPES })
  types: string[];
  description: string | null;
  disabled: boolean;
  /**
   * Why nothing is sent: `client` (by `PATCH`), `gone` (it answered 410) or `failures` (every attempt of five days
   * failed). Null while it is enabled.
   */
  disabledBy: 'client' | 'gone' | 'failures' | null;
  /** RFC 3339, UTC: since when every attempt failed; null after an accepted one. */
  failingSince: string | null;
  /** RFC 3339, UTC. */
  createdAt: string;
}

export class AddedWebhookEndpointResponse extends WebhookEndpointResponse {
  /** `whsec_` and 32 bytes in base64. It is shown once: keep it where the receiver finds it. */
  secret: string;
}

export class RotateSecretRequest {
  /** Hours for which the former secret signs beside the new one, 0 to 168. 24 when left out. */
  @Optional()
  @IsInt()
  @Min(0)
  @Max(168)
  gracePeriodHours?: number;
}

export class RotatedSecretResponse {
  /** `whsec_` and 32 bytes in base64. It is shown once. */
  secret: string;
  /** RFC 3339, UTC: until when the former secret signs too. */
  formerSecretUntil: string;
}

export class TestWebhookRequest {
  /** `test`, or a type of which an example is sent, with `test: true` in its data. */
  @ApiProperty({ enum: EVENT_TYPES })
  @IsIn(EVENT_TYPES)
  type: EventType;
}

export class SentWebhookResponse {
  /** The id of the event, which is also its `webhook-id`. */
  id: string;
}

export class ResendWebhookRequest {
  /** The endpoint to which the event is sent, whatever types it chose. */
  @IsString()
  @Length(1, 64)
  endpointId: string;
}

export class ReplayRequest {
  /** RFC 3339: the earliest `timestamp` of the events to send. */
  @Instant()
  since: string;

  /** RFC 3339: events from this instant on are left out. Now when left out. */
  @OptionalInstant()
  until?: string;
}

export class ReplayResponse {
  /** Events that will be sent. */
  events: number;
  /** RFC 3339, UTC: send the request again with this `since` for those that did not fit; null when all did. */
  next: string | null;
}

export class WebhookEventQuery {
  /** Only events of this type. */
  @ApiPropertyOptional({ enum: EVENT_TYPES })
  @Optional()
  @IsIn(EVENT_TYPES)
  type?: EventType;

  /** RFC 3339: only events that happened at this instant or later. */
  @OptionalInstant()
  since?: string;

  /** RFC 3339: only events that happened before this instant. */
  @OptionalInstant()
  until?: string;

  /** The `cursor` of the page before. */
  @Optional()
  @IsString()
  @Length(1, 128)
  cursor?: string;

  /**
   * Reads the feed, the oldest first: events behind this place, which is the `after` of the answer before, or the id of an
   * event. Empty for all events of the last 30 days. It combines with `type` and `limit` alone.
   */
  @Optional()
  @IsString()
  @Length(0, 128)
  after?: string;

  /** Events of one answer, 1 to 500. 100 when left out. */
  @Optional()
  @Transform(({ value }: { value: unknown }) => (/^\d{1,9}$/.test(String(value)) ? Number(value) : value))
  @IsInt()
  @Min(1)
  @Max(MOST_LISTED)
  limit: number = USUALLY_LISTED;
}

export class WebhookEventResponse {
  /** As in `webhook-id`: `msg_` and 32 hexadecimal digits. */
  id: string;
  @ApiProperty({ enum: EVENT_TYPES })
  type: EventType;
  /** RFC 3339, UTC: when it happened. */
  timestamp: string;
  /** As in the body of the webhook; its members depend on the type. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  data: object;
}

export class WebhookEventsResponse {
  events: WebhookEventResponse[];
  /** Of the log: send it as `cursor` for the page with earlier events; null on the last page, and in the feed. */
  cursor: string | null;
  /** Of the feed: send it as `after` for what happened since; null in the log. */
  after: string | null;
}

export class WebhookAttemptResponse {
  endpointId: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** RFC 3339, UTC. */
  at: string;
  /** Milliseconds until the answer or the fault. */
  ms: number;
  /** `accepted` after an answer of 200 to 299. */
  outcome: 'accepted' | 'failed';
  /** The status of the answer; null without one. */
  status: number | null;
  /**
   * Why there was no answer: `timeout` (15 seconds), `connection`, `tls`, `name_not_found`, `address_refused` (the name
   * leads to an address that is not on the internet) or `url_refused`. Null with an answer.
   */
  fault: string | null;
  /** The first KiB of the answer’s body; null without an answer. */
  response: string | null;
}

export class WebhookAttemptsResponse {
  /** At most 200, the last first. */
  attempts: WebhookAttemptResponse[];
}
