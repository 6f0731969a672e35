import type { Environment } from '../../../config/environment.ts';
import { Database, type Session } from '../../database/database.ts';
import { DeliveryModule } from '../../delivery/delivery.module.ts';
import { WaitingDeliveries } from '../../delivery/waiting-deliveries.ts';
import { AuditModule } from '../../operator/audit.module.ts';
import { Audit } from '../../operator/audit.ts';
import { countJobs, type JobCounts } from '../../queue/job-counts.ts';
import { HANDOVER } from '../../queue/queue-backend.ts';
import { WaitingWebhooks } from '../../webhooks/waiting-webhooks.ts';
import { WEBHOOKS } from '../../webhooks/webhook-queue.ts';
import { WebhooksModule } from '../../webhooks/webhooks.module.ts';
import { audited } from '../audited.ts';
import { asJson, table, time } from '../terminal.ts';
import { answerCommand } from '../with-rooms.ts';
import type { Wanted } from './arguments.ts';

interface Parts {
  deliveries: WaitingDeliveries;
  webhooks: WaitingWebhooks;
  audit: Audit;
  database: Database;
}

/** Does what the arguments ask for, and prints it. */
export async function runQueueCommand(environment: Environment, wanted: Wanted): Promise<void> {
  await answerCommand(environment, [DeliveryModule, WebhooksModule, AuditModule], (app) => {
    const parts = {
      deliveries: app.get(WaitingDeliveries),
      webhooks: app.get(WaitingWebhooks),
      audit: app.get(Audit),
      database: app.get(Database),
    };
    switch (wanted.command) {
      case 'status':
        return status(environment, wanted, parts);
      case 'list':
        return wanted.failed ? failed(wanted, parts) : list(wanted, parts);
      case 'retry':
      case 'drop':
        return change(wanted, parts);
    }
  });
}

async function status(environment: Environment, { json }: Wanted, { deliveries, webhooks }: Parts): Promise<string> {
  const [messages, endpoints, ...jobs] = await Promise.all([
    deliveries.kinds(),
    webhooks.endpoints(),
    ...[HANDOVER, WEBHOOKS].map(async (shape) => ({ queue: shape.name, ...(await jobsOf(environment, shape)) })),
  ]);
  const backend = environment.REDIS_URL ? 'redis' : 'postgresql';
  if (json) return asJson({ backend, messages, webhooks: endpoints, jobs });
  const sections = [
    table([
      ['KIND', 'WAITING', 'DUE', 'BEING SENT', 'OLDEST', 'MOST ATTEMPTS'],
      ...messages.map((one) => [
        ...[one.kind, String(one.waiting), String(one.due), String(one.claimed)],
        ...[time(one.oldest), String(one.attempts)],
      ]),
    ]),
    table([
      ['WEBHOOK ENDPOINT', 'WAITING', 'DUE', 'OLDEST', 'MOST ATTEMPTS', 'STATE'],
      ...endpoints.map((one) => [
        ...[one.endpointId, String(one.waiting), String(one.due), one.oldest ? time(one.oldest) : '-'],
        ...[
          String(one.attempts),
          one.disabledAt ? `disabled by ${one.disabledBy ?? ''}` : one.failingSince ? 'fails' : 'serves',
        ],
      ]),
    ]),
    table([
      [`QUEUE (${backend})`, 'WAITING', 'ACTIVE', 'DELAYED', 'FAILED'],
      ...jobs.map(({ queue, ...one }) =>
        'fault' in one
          ? [queue, one.fault]
          : [queue, String(one.waiting), String(one.active), String(one.delayed), String(one.failed)],
      ),
    ]),
  ];
  return sections.join('\n');
}

/** The jobs of a queue. A queue that does not answer delays deliveries, and loses none. */
async function jobsOf(
  environment: Environment,
  shape: Parameters<typeof countJobs>[1],
): Promise<JobCounts | { fault: string }> {
  return countJobs(environment, shape).catch((error: unknown) => ({
    fault: `does not answer: ${(error as Error).message.split('\n', 1)[0] ?? ''}`,
  }));
}

async function list({ kind, olderThanSeconds, limit, json }: Wanted, { deliveries, webhooks }: Parts): Promise<string> {
  if (kind === 'webhook') {
    const endpoints = await webhooks.endpoints();
    return json
      ? asJson(endpoints)
      : table([['WEBHOOK ENDPOINT', 'WAITING'], ...endpoints.map((one) => [one.endpointId, String(one.waiting)])]);
  }
  const rows = await deliveries.list(kind, olderThanSeconds ?? 0, limit);
  if (json) return asJson(rows);
  return table([
    ['ID', 'KIND', 'SINCE', 'ATTEMPTS', 'DUE', 'EXPIRES'],
    ...rows.map((one) => [
      ...[one.id, one.kind, time(one.createdAt), String(one.attempts), time(one.dueAt), time(one.expiresAt)],
    ]),
  ]);
}

async function failed({ limit, json }: Wanted, { deliveries, webhooks }: Parts): Promise<string> {
  const [messages, events] = await Promise.all([deliveries.failed(limit), webhooks.failed(limit)]);
  if (json) return asJson({ messages, webhooks: events });
  return table([
    ['AT', 'KIND', 'REFUSED BY', 'REASON', 'ID'],
    ...messages.map((one) => [time(one.at), one.kind, one.by, one.code ?? '-', one.id ?? '-']),
    ...events.map((one) => {
      const reason = one.status === null ? (one.fault ?? '-') : `status ${one.status}`;
      return [time(one.at), 'webhook', one.endpointId, `${reason}, attempt ${one.attempt}`, one.eventId];
    }),
  ]);
}

async function change(wanted: Wanted, { deliveries, webhooks, ...parts }: Parts): Promise<string> {
  const { command, ids, eventIds, kind, endpointId, olderThanSeconds, reason, json } = wanted;
  const act = command === 'retry' ? 'retry' : 'drop';
  const isByAge = olderThanSeconds !== null;
  const age = olderThanSeconds ?? 0;
  const work = async (session: Session) => ({
    messages:
      kind !== 'webhook' && (isByAge || ids.length > 0)
        ? await deliveries[act](session, { ids: isByAge ? null : ids, kind, olderThanSeconds: age })
        : 0,
    webhooks:
      (isByAge && kind === 'webhook') || eventIds.length > 0
        ? await webhooks[act](session, { endpointId, eventIds: isByAge ? null : eventIds, olderThanSeconds: age })
        : 0,
  });
  const meant = isByAge
    ? `older than ${age} s${kind === null ? '' : `, ${kind}`}`
    : [...ids, ...eventIds].join(' ').slice(0, 100);
  const done = await audited(
    parts,
    {
      action: `queue-${act}`,
      reason: (result) =>
        [reason, meant, `${result.messages} messages, ${result.webhooks} webhooks`].filter(Boolean).join('; '),
    },
    work,
  );
  if (json) return asJson(done);
  const left = isByAge ? '' : ` of ${ids.length + eventIds.length}; another one was sent, has ended, or is being sent`;
  return `${command === 'retry' ? 'due now' : 'dropped'}: ${done.messages} messages, ${done.webhooks} webhooks${done.messages + done.webhooks < ids.length + eventIds.length ? left : ''}\n`;
}
