import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { ForClients, FromClient } from '../http/client.guard.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import { endpointNotFound, Endpoints } from './endpoints.ts';
import { Events, expectFeedAlone } from './events.ts';
import {
  AddedWebhookEndpointResponse,
  ChangeWebhookEndpointRequest,
  ReplayRequest,
  ReplayResponse,
  ResendWebhookRequest,
  RotatedSecretResponse,
  RotateSecretRequest,
  SentWebhookResponse,
  TestWebhookRequest,
  WebhookAttemptsResponse,
  WebhookEndpointRequest,
  WebhookEndpointResponse,
  WebhookEventQuery,
  WebhookEventsResponse,
} from './webhook.dto.ts';

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  required: false,
  description: '1-255 visible ASCII characters, in quotes or without, kept 24 hours',
};

@ApiTags('Webhooks')
@ForClients(['webhooks', 'authentications', 'signing'])
@Controller('v1/webhook-endpoints')
export class WebhookEndpointController {
  constructor(private readonly endpoints: Endpoints) {}

  /**
   * Adds an address to which events of this client are sent, and returns the secret that signs them, which is not shown
   * again. A client has at most ten endpoints. Errors: `invalid_request`, `webhook_url_refused` with `errors`,
   * `webhook_endpoint_limit`, `idempotency_key_reused`.
   */
  @Post()
  @Operation('addWebhookEndpoint', {
    summary: 'Add a webhook endpoint',
    answers: 'The endpoint, with its secret',
    refuses: ['webhook_url_refused', 'webhook_endpoint_limit', 'idempotency_key_reused'],
  })
  @ApiHeader(IDEMPOTENCY_KEY)
  add(
    @FromClient() client: Caller,
    @Body() body: WebhookEndpointRequest,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<AddedWebhookEndpointResponse> {
    return this.endpoints.add(client.id, body, readIdempotencyKey(key));
  }

  /** Lists the endpoints of this client, oldest first. */
  @Get()
  @Operation('listWebhookEndpoints', { summary: 'List webhook endpoints', answers: 'The endpoints, oldest first' })
  list(@FromClient() client: Caller): Promise<WebhookEndpointResponse[]> {
    return this.endpoints.list(client.id);
  }

  /** Returns an endpoint. Errors: `webhook_endpoint_not_found`. */
  @Get(':id')
  @Operation('getWebhookEndpoint', {
    summary: 'Get a webhook endpoint',
    answers: 'The endpoint',
    refuses: ['webhook_endpoint_not_found'],
  })
  see(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
  ): Promise<WebhookEndpointResponse> {
    return this.endpoints.see(client.id, id);
  }

  /**
   * Changes the members that are given. Errors: `invalid_request`, `webhook_url_refused` with `errors`,
   * `webhook_endpoint_not_found`.
   */
  @Patch(':id')
  @Operation('changeWebhookEndpoint', {
    summary: 'Change a webhook endpoint',
    answers: 'The endpoint as it is now',
    refuses: ['webhook_url_refused', 'webhook_endpoint_not_found'],
  })
  change(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
    @Body() body: ChangeWebhookEndpointRequest,
  ): Promise<WebhookEndpointResponse> {
    return this.endpoints.change(client.id, id, body);
  }

  /** Deletes an endpoint with its secrets. An attempt that is under way ends; no other begins. Errors: `webhook_endpoint_not_found`. */
  @Delete(':id')
  @HttpCode(204)
  @Operation('deleteWebhookEndpoint', {
    summary: 'Delete a webhook endpoint',
    answers: 'Deleted',
    refuses: ['webhook_endpoint_not_found'],
  })
  async remove(@FromClient() client: Caller, @Param('id', new OpaqueId(endpointNotFound)) id: string): Promise<void> {
    await this.endpoints.remove(client.id, id);
  }

  /**
   * Makes a new secret, which is not shown again. Until the end of the grace both secrets sign every event, so that the
   * receiver can be changed meanwhile. Errors: `invalid_request`, `webhook_endpoint_not_found`,
   * `idempotency_key_reused`.
   */
  @Post(':id/secret/rotate')
  @HttpCode(200)
  @Operation('rotateWebhookSecret', {
    summary: 'Rotate the secret of a webhook endpoint',
    answers: 'The new secret',
    refuses: ['webhook_endpoint_not_found', 'idempotency_key_reused'],
  })
  @ApiHeader(IDEMPOTENCY_KEY)
  rotate(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
    @Body() body: RotateSecretRequest,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<RotatedSecretResponse> {
    return this.endpoints.rotate(client.id, id, body.gracePeriodHours, readIdempotencyKey(key));
  }

  /**
   * Sends an example of a type to this endpoint, with `test: true` in its data. Limit: sixty a minute for one client.
   * Errors: `invalid_request`, `webhook_endpoint_not_found`, `webhook_endpoint_disabled`, `too_many_requests` with
   * `Retry-After`.
   */
  @Post(':id/test')
  @HttpCode(202)
  @Operation('sendTestEvent', {
    summary: 'Send a test event',
    answers: 'The event, which is on its way',
    refuses: ['webhook_endpoint_not_found', 'webhook_endpoint_disabled', 'too_many_requests'],
  })
  test(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
    @Body() body: TestWebhookRequest,
  ): Promise<SentWebhookResponse> {
    return this.endpoints.test(client.id, id, body.type);
  }

  /**
   * Sends the events of a span again that this endpoint did not accept, at most 10,000 of them. Limit: ten a minute for one
   * client, those for events that were never sent among them. Errors: `invalid_request`, `webhook_endpoint_not_found`,
   * `webhook_endpoint_disabled`, `too_many_requests` with `Retry-After`.
   */
  @Post(':id/recover')
  @HttpCode(202)
  @Operation('recoverWebhookEvents', {
    summary: 'Send failed events again',
    answers: 'How many events will be sent',
    refuses: ['webhook_endpoint_not_found', 'webhook_endpoint_disabled', 'too_many_requests'],
  })
  recover(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
    @Body() body: ReplayRequest,
  ): Promise<ReplayResponse> {
    return this.endpoints.replay(client.id, id, 'failed', spanOf(body));
  }

  /**
   * Sends the events of a span, of the types of this endpoint, that were never sent to it, because it was disabled or did
   * not exist yet; at most 10,000 of them. Limit: ten a minute for one client, those for failed events among them. Errors:
   * `invalid_request`, `webhook_endpoint_not_found`, `webhook_endpoint_disabled`, `too_many_requests` with `Retry-After`.
   */
  @Post(':id/replay-missing')
  @HttpCode(202)
  @Operation('replayMissingWebhookEvents', {
    summary: 'Send events that were never sent',
    answers: 'How many events will be sent',
    refuses: ['webhook_endpoint_not_found', 'webhook_endpoint_disabled', 'too_many_requests'],
  })
  replayMissing(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
    @Body() body: ReplayRequest,
  ): Promise<ReplayResponse> {
    return this.endpoints.replay(client.id, id, 'missing', spanOf(body));
  }
}

@ApiTags('Webhooks')
@ForClients(['webhooks', 'authentications', 'signing'])
@Controller('v1/webhook-events')
export class WebhookEventController {
  constructor(
    private readonly events: Events,
    private readonly endpoints: Endpoints,
  ) {}

  /**
   * Lists the events of this client of the last 30 days, the last first. With `after` it is a feed, the oldest first,
   * which misses nothing: read it again with the `after` of its answer. Events are recorded since the client’s first
   * endpoint, or since it first read them here. Errors: `invalid_request`, `webhook_event_not_found` for an `after` that
   * is no longer kept.
   */
  @Get()
  @Operation('listWebhookEvents', {
    summary: 'List events',
    answers: 'The events',
    refuses: ['webhook_event_not_found'],
  })
  list(@FromClient() client: Caller, @Query() query: WebhookEventQuery): Promise<WebhookEventsResponse> {
    const { after, type, limit } = query;
    if (after === undefined) return this.events.log(client.id, query);
    expectFeedAlone(query);
    return this.events.feed(client.id, { after, limit, ...(type && { type }) });
  }

  /** Lists the attempts to send an event to each endpoint, the last first. Errors: `webhook_event_not_found`. */
  @Get(':id/attempts')
  @Operation('listWebhookAttempts', {
    summary: 'List the attempts to send an event',
    answers: 'The attempts, the last first',
    refuses: ['webhook_event_not_found'],
  })
  async attempts(@FromClient() client: Caller, @Param('id') id: string): Promise<WebhookAttemptsResponse> {
    return { attempts: await this.events.attempts(client.id, id) };
  }

  /**
   * Sends an event again to one endpoint, with the same `webhook-id`. Limit: sixty a minute for one client. Errors:
   * `invalid_request`, `webhook_event_not_found`, `webhook_endpoint_not_found`, `webhook_endpoint_disabled`,
   * `too_many_requests` with `Retry-After`.
   */
  @Post(':id/resend')
  @HttpCode(202)
  @Operation('resendWebhookEvent', {
    summary: 'Send an event again',
    answers: 'The event, which is on its way',
    refuses: [
      'webhook_event_not_found',
      'webhook_endpoint_not_found',
      'webhook_endpoint_disabled',
      'too_many_requests',
    ],
  })
  resend(
    @FromClient() client: Caller,
    @Param('id') id: string,
    @Body() body: ResendWebhookRequest,
  ): Promise<SentWebhookResponse> {
    const endpointId = new OpaqueId(endpointNotFound).transform(body.endpointId);
    return this.endpoints.resend(client.id, id, endpointId);
  }
}

/** The span of a request; it ends now unless it says otherwise. */
function spanOf({ since, until }: ReplayRequest): { since: Date; until: Date } {
  return { since: new Date(since), until: until === undefined ? new Date() : new Date(until) };
}
