import { Controller, Param, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { CORRECTABLE_FACTS } from '../../domain/correction.ts';
import { visibleText } from '../../domain/typed-text.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { SHOWN_TEXT } from '../../http/plain-text.ts';
import { subscriptionNotFound } from '../../subscriptions/subscriptions.ts';
import { correctionNotFound, Corrections } from '../corrections.ts';
import { Permits } from '../operator.guard.ts';
import { correctionPage, LONGEST_DETAIL } from './corrections.page.ts';
import { DeskPages } from './desk.guard.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** What the carrier must change: kept from the page of a subscription, and closed by a supervisor. */
@DeskPages()
@Controller('operator')
export class DeskCorrectionsController {
  constructor(private readonly corrections: Corrections) {}

  @Post('subscriptions/:id/ask-correction')
  @RouteConfig(FORM)
  @Permits('ask_correction')
  async ask(@AtDesk() desk: DeskRequest, @Param('id', new OpaqueId(subscriptionNotFound)) id: string): Promise<string> {
    const { fact: named, detail: typed = '', reason = '' } = desk.fields;
    const fact = CORRECTABLE_FACTS.find((one) => one === named);
    const detail = visibleText(typed);
    const isShown = detail.length <= LONGEST_DETAIL && SHOWN_TEXT.test(detail);
    if (!fact || !isShown || desk.typedReason === undefined) {
      const faults = [
        ...(fact ? [] : ['fact' as const]),
        ...(isShown ? [] : ['detail' as const]),
        ...(desk.typedReason === undefined ? ['reason' as const] : []),
      ];
      const again = { fact, detail: detail.slice(0, LONGEST_DETAIL), reason: reason.slice(0, 200), faults };
      return desk.show(correctionPage(desk.reader, id, again));
    }
    await this.corrections.ask(desk.acting(), id, fact, detail);
    return desk.go(`/operator/subscriptions/${id}?done=ask-correction`);
  }

  @Post('corrections/:id/close')
  @RouteConfig(FORM)
  @Permits('close_correction')
  async close(@AtDesk() desk: DeskRequest, @Param('id', new OpaqueId(correctionNotFound)) id: string): Promise<string> {
    await this.corrections.close(desk.acting(), id);
    return desk.go('/operator/approvals?done=close-correction');
  }
}
