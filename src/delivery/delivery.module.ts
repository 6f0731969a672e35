import { Module } from '@nestjs/common';
import { DevicesModule } from '../devices/devices.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { Deliver } from './deliver.ts';
import { DeliveryMetrics } from './delivery-metrics.ts';
import { DeliveryStore } from './delivery.store.ts';
import { OwnTestPush } from './own-test-push.ts';
import { PushAnswerStore } from './push-answer.store.ts';
import { PushAnswers } from './push-answers.ts';
import { SmsReceiptController } from './sms-receipt.controller.ts';
import { TextMessages } from './text-messages.ts';
import { TextMessageStore } from './text-message.store.ts';
import { DeliverySweeper } from './delivery-sweeper.ts';
import { WaitingDeliveries } from './waiting-deliveries.ts';
import { WaitingStore } from './waiting.store.ts';
import { TestPushController } from './test-push.controller.ts';

/** Milliseconds between two rounds; in every worker, because the sweep reads past expired rows while the queue is away. */
const DROP_MS = 10_000;
/** The interval at which days and months are added ahead. */
const AHEAD_MS = 10_000;

/** Sends pushes and text messages to their platforms after each commit, and knows what became of text messages. */
@Module({
  imports: [DevicesModule, NoticesModule],
  controllers: [TestPushController, SmsReceiptController],
  providers: [
    Deliver,
    DeliveryMetrics,
    DeliverySweeper,
    DeliveryStore,
    TextMessages,
    TextMessageStore,
    PushAnswers,
    PushAnswerStore,
    OwnTestPush,
    WaitingDeliveries,
    WaitingStore,
  ],
  exports: [Deliver, PushAnswers, TextMessages, WaitingDeliveries],
})
export class DeliveryModule {
  constructor(
    tasks: RecurringTasks,
    sweeper: DeliverySweeper,
    store: DeliveryStore,
    texts: TextMessages,
    answers: PushAnswers,
    metrics: DeliveryMetrics,
  ) {
    tasks.inEveryWorker(sweeper, metrics, {
      name: 'drop expired deliveries',
      everyMs: DROP_MS,
      run: () => store.dropExpired(),
    });
    tasks.purge('sms receipts', () => texts.dropReceipts());
    tasks.purge('text messages', () => texts.purge());
    tasks.purge('push answers', () => answers.purge());
    tasks.oncePerCluster(
      { name: 'add days of push answers', everyMs: AHEAD_MS, run: () => answers.addDays() },
      { name: 'add months of text messages', everyMs: AHEAD_MS, run: () => texts.addMonths() },
    );
  }
}
