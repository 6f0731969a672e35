import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Problem } from '../../domain/problem.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { PLAIN_TEXT } from '../../http/plain-text.ts';
import { Audit } from '../../operator/audit.ts';
import { Deliveries } from '../../webhooks/deliveries.ts';
import { endpointNotFound, Endpoints, type Also, type EndpointView } from '../../webhooks/endpoints.ts';
import { CHOSEN_TYPES, EVENT_TYPES } from '../../webhooks/event-types.ts';
import { Events } from '../../webhooks/events.ts';
import { ConsolePages, MayIn } from './console.guard.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { secretPage } from './secret.page.ts';
import {
  endpointPage,
  GRACES,
  NEW_ENDPOINT,
  type EndpointFault,
  type EndpointForm,
  type UrlHint,
} from './webhook-endpoint.page.ts';
import { eventPage } from './webhook-event.page.ts';
import { webhooksPage } from './webhooks.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };
/** Characters of a description, as in the API. */
const LONGEST_DESCRIPTION = 200;
/** Events of one page. */
const LISTED = 25;

/** The webhooks of a relying party: its endpoints, and the events of 30 days with what became of them. */
@ConsolePages()
@Controller('console/clients/:clientId/webhooks')
export class ConsoleWebhooksController {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly events: Events,
    private readonly deliveries: Deliveries,
    private readonly audit: Audit,
  ) {}

  @Get()
  @MayIn('look')
  async list(@AtConsole() at: ConsoleRequest, @Query() query: Record<string, unknown>): Promise<string> {
    return this.showList(at, query, NEW_ENDPOINT);
  }

  @Post()
  @RouteConfig(FORM)
  @MayIn('webhooks')
  async add(@AtConsole() at: ConsoleRequest): Promise<string> {
    const form = formOf(at);
    const { url, types, description } = form;
    const given = { url, types: [...types], ...(description !== '' && { description }) };
    const added = await orFault(form, () =>
      this.endpoints.add(
        at.client.id,
        given,
        onceOf(at),
        this.audited(at, 'add', ({ id }) => `${id} ${url}`),
      ),
    );
    if ('fault' in added) return this.showList(at, {}, { ...form, fault: added.fault });
    return at.show(
      secretPage(at.clientReader, { secret: added.secret, what: 'webhook', next: `webhooks/${added.id}` }),
    );
  }

  @Get('events/:eventId')
  @MayIn('look')
  async event(@AtConsole() at: ConsoleRequest, @Param('eventId') eventId: string): Promise<string> {
    const event = await this.events.see(at.client.id, eventId);
    const [endpoints, deliveries, attempts] = await Promise.all([
      this.endpoints.list(at.client.id),
      this.deliveries.of(at.client.id, [eventId]),
      this.events.attempts(at.client.id, eventId),
    ]);
    const shown = { endpoints, deliveries: deliveries.get(eventId) ?? [], attempts, done: at.done };
    return at.show(eventPage(at.clientReader, event, shown));
  }

  @Post('events/:eventId/resend')
  @RouteConfig(FORM)
  @MayIn('webhooks')
  async resend(@AtConsole() at: ConsoleRequest, @Param('eventId') eventId: string): Promise<string> {
    const endpointId = new OpaqueId(endpointNotFound).transform(at.fields['endpoint'] ?? '');
    const also = this.audited(at, 'resend', () => `${eventId} to ${endpointId}`);
    await this.endpoints.resend(at.client.id, eventId, endpointId, also);
    return at.go(`${at.path('webhooks')}/events/${eventId}?done=resend`);
  }

  @Get(':id')
  @MayIn('look')
  async endpoint(
    @AtConsole() at: ConsoleRequest,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
  ): Promise<string> {
    const endpoint = await this.endpoints.see(at.client.id, id);
    return at.show(
      endpointPage(at.clientReader, endpoint, { form: keptForm(endpoint), urlHint: this.urlHint, done: at.done }),
    );
  }

  @Post(':id')
  @RouteConfig(FORM)
  @MayIn('webhooks')
  async change(
    @AtConsole() at: ConsoleRequest,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
  ): Promise<string> {
    const form = formOf(at);
    const { url, types, description } = form;
    const changed = await orFault(form, () =>
      this.endpoints.change(
        at.client.id,
        id,
        { url, types: [...types], description },
        this.audited(at, 'change', () => `${id} ${url}`),
      ),
    );
    if ('fault' in changed) {
      const endpoint = await this.endpoints.see(at.client.id, id);
      return at.show(
        endpointPage(at.clientReader, endpoint, { form: { ...form, fault: changed.fault }, urlHint: this.urlHint }),
      );
    }
    return this.goTo(at, id, 'save');
  }

  @Post(':id/disable')
  @RouteConfig(FORM)
  @MayIn('webhooks')
  async disable(
    @AtConsole() at: ConsoleRequest,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
  ): Promise<string> {
    await this.endpoints.change(
      at.client.id,
      id,
      { disabled: true },
      this.audited(at, 'disable', () => id),
    );
    return this.goTo(at, id, 'disable');
  }

  @Post(':id/enable')
  @RouteConfig(FORM)
  @MayIn('webhooks')
  async enable(
    @AtConsole() at: ConsoleRequest,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
  ): Promise<string> {
    await this.endpoints.change(
      at.client.id,
      id,
      { disabled: false },
      this.audited(at, 'enable', () => id),
    );
    return this.goTo(at, id, 'enable');
  }

  @Post(':id/remove')
  @RouteConfig(FORM)
  @MayIn('webhooks')
  async remove(
    @AtConsole() at: ConsoleRequest,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
  ): Promise<string> {
    if (at.fields['sure'] !== 'yes') return at.go(`${at.path('webhooks')}/${id}`);
    await this.endpoints.remove(
      at.client.id,
      id,
      this.audited(at, 'remove', () => id),
    );
    return at.go(`${at.path('webhooks')}?done=remove`);
  }

  @Post(':id/secret')
  @RouteConfig(FORM)
  @MayIn('webhooks')
  async rotate(
    @AtConsole() at: ConsoleRequest,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
  ): Promise<string> {
    const hours = GRACES.find((one) => String(one) === at.fields['hours']) ?? 24;
    const { secret, formerSecretUntil } = await this.endpoints.rotate(
      at.client.id,
      id,
      hours,
      onceOf(at),
      this.audited(at, 'secret', () => id),
    );
    const shown = {
      secret,
      what: 'webhook',
      formerUntil: new Date(formerSecretUntil),
      next: `webhooks/${id}`,
    } as const;
    return at.show(secretPage(at.clientReader, shown));
  }

  @Post(':id/test')
  @RouteConfig(FORM)
  @MayIn('webhooks')
  async test(
    @AtConsole() at: ConsoleRequest,
    @Param('id', new OpaqueId(endpointNotFound)) id: string,
  ): Promise<string> {
    const type = EVENT_TYPES.find((one) => one === at.fields['type']) ?? 'test';
    const also = this.audited<{ id: string }>(at, 'test', (sent) => `${sent.id} (${type}) to ${id}`);
    const event = await this.endpoints.test(at.client.id, id, type, also);
    return at.go(`${at.path('webhooks')}/events/${event.id}?done=test`);
  }

  private get urlHint(): UrlHint {
    return this.endpoints.mayBeOnThisHost ? 'orThisComputer' : 'internet';
  }

  /** Audits a change in its transaction: there is none without an entry. */
  private audited<Done>(at: ConsoleRequest, deed: string, what: (done: Done) => string): Also<Done> {
    return (session, done) => this.audit.done(session, at.call(`webhook-${deed}`, what(done)));
  }

  private goTo(at: ConsoleRequest, id: string, done: string): string {
    return at.go(`${at.path('webhooks')}/${id}?done=${done}`);
  }

  private async showList(
    at: ConsoleRequest,
    query: Readonly<Record<string, unknown>>,
    form: EndpointForm,
  ): Promise<string> {
    const type = EVENT_TYPES.find((one) => one === query['type']);
    const cursor = typeof query['cursor'] === 'string' && query['cursor'] !== '' ? query['cursor'] : undefined;
    const [endpoints, page] = await Promise.all([
      this.endpoints.list(at.client.id),
      this.events.log(at.client.id, {
        notesReader: false,
        limit: LISTED,
        ...(type && { type }),
        ...(cursor && { cursor }),
      }),
    ]);
    const found = await this.deliveries.of(
      at.client.id,
      page.events.map(({ id }) => id),
    );
    const events = page.events.map((event) => ({ event, deliveries: found.get(event.id) ?? [] }));
    const shown = { endpoints, events, type, cursor, next: page.cursor, form, urlHint: this.urlHint, done: at.done };
    return at.show(webhooksPage(at.clientReader, shown));
  }
}

/** The key of a form, so that a page that is sent twice makes one endpoint, or one secret. */
function onceOf({ fields }: ConsoleRequest): string | undefined {
  const { once = '' } = fields;
  return /^[\w-]{43}$/.test(once) ? `console:${once}` : undefined;
}

function formOf({ fields }: ConsoleRequest): EndpointForm {
  return {
    url: (fields['url'] ?? '').trim(),
    types: CHOSEN_TYPES.filter((one) => fields[`type:${one}`] === 'yes'),
    description: (fields['description'] ?? '').normalize('NFC').trim(),
    fault: null,
  };
}

/** What is wrong with a form, or what its values did. */
async function orFault<Result extends object>(
  { types, description }: EndpointForm,
  work: () => Promise<Result>,
): Promise<Result | { fault: EndpointFault }> {
  if (types.length === 0) return { fault: { kind: 'types' } };
  const isDescribed = description === '' || (description.length <= LONGEST_DESCRIPTION && PLAIN_TEXT.test(description));
  if (!isDescribed) return { fault: { kind: 'description' } };
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { detail } = error;
    if (error.code === 'webhook_url_refused') return { fault: { kind: 'url', detail } };
    if (error.code === 'webhook_endpoint_limit') return { fault: { kind: 'limit' } };
    throw error;
  }
}

function keptForm({ url, types, description }: EndpointView): EndpointForm {
  return {
    url,
    types: CHOSEN_TYPES.filter((one) => types.includes(one)),
    description: description ?? '',
    fault: null,
  };
}
