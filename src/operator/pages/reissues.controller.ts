import { Controller, Param, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Problem } from '../../domain/problem.ts';
import { CHECKED_PROOFS } from '../../domain/reissue-application.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { Permits } from '../operator.guard.ts';
import { ReissueDesk, type ReissueOperator } from '../reissue-desk.ts';
import { reissueNotFound } from '../../subscriptions/reissues.ts';
import { subscriptionNotFound } from '../../subscriptions/subscriptions.ts';
import { DeskPages } from './desk.guard.ts';
import { letterPage } from './letter.page.ts';
import { readApplication, readSerialNumber } from './read-application.ts';
import { foundApplicationPage, takePage, type TakeFault } from './applications.page.ts';
import { applicationPage, reissueCodePage } from './reissues.page.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';

const FORM = { bodyType: 'form' satisfies BodyType };
const ReissueId = (): ParameterDecorator => Param('id', new OpaqueId(reissueNotFound));

/** Replaces a lost or broken phone, step by step. */
@DeskPages()
@Controller('operator')
export class DeskReissuesController {
  constructor(private readonly desk: ReissueDesk) {}

  @Post('subscriptions/:id/apply-reissue')
  @RouteConfig(FORM)
  @Permits('apply_reissue')
  async apply(
    @AtDesk() desk: DeskRequest,
    @Param('id', new OpaqueId(subscriptionNotFound)) id: string,
  ): Promise<string> {
    const { typed, application } = readApplication(desk.fields, desk.typedReason);
    if (!application) return desk.show(applicationPage(desk.reader, id, typed));
    try {
      await this.desk.apply(acting(desk), id, application);
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'serial_number_mismatch')) throw error;
      return desk.show(applicationPage(desk.reader, id, { ...typed, faults: ['mismatch'] }));
    }
    return desk.go(`/operator/subscriptions/${id}?done=apply-reissue`);
  }

  /** Shows the application whose receipt number the customer reads out. The number stands in no address. */
  @Post('subscriptions/:id/application')
  @RouteConfig(FORM)
  @Permits('apply_reissue')
  async find(
    @AtDesk() desk: DeskRequest,
    @Param('id', new OpaqueId(subscriptionNotFound)) id: string,
  ): Promise<string> {
    const { number = '' } = desk.fields;
    const found = await this.desk.byReceipt(desk.acting(), id, number);
    return desk.show(foundApplicationPage(desk.reader, id, found));
  }

  /** Takes up a customer's own application. The operator confirms the check and the serial number. */
  @Post('reissue-applications/:id/take')
  @RouteConfig(FORM)
  @Permits('apply_reissue')
  async take(@AtDesk() desk: DeskRequest, @ReissueId() id: string): Promise<string> {
    const shown = await this.desk.application(id);
    const { oldSerialNumber: typed = '', reason = '', identified, identityProof = '' } = desk.fields;
    const checked = CHECKED_PROOFS.find((one) => one === identityProof);
    const oldSerialNumber = readSerialNumber(desk.fields);
    const faults: TakeFault[] = [
      ...(oldSerialNumber === null ? ['oldSerialNumber' as const] : []),
      ...(shown.proofIsStale && !checked ? ['identityProof' as const] : []),
      ...(identified === 'yes' ? [] : ['identified' as const]),
      ...(desk.typedReason === undefined ? ['reason' as const] : []),
    ];
    const again = { oldSerialNumber: typed.slice(0, 40), reason: reason.slice(0, 200), identityProof: checked };
    if (oldSerialNumber === null || faults.length > 0) {
      // The reader of this page read the application on the page of the subscription a moment ago.
      return desk.show(takePage(desk.reader, shown, { ...again, faults }));
    }
    try {
      await this.desk.take(acting(desk), id, { oldSerialNumber, checked });
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'serial_number_mismatch')) throw error;
      return desk.show(takePage(desk.reader, shown, { ...again, faults: ['mismatch'] }));
    }
    return desk.go(`/operator/subscriptions/${shown.subscriptionId}?done=apply-reissue`);
  }

  @Post('reissue-applications/:id/decline')
  @RouteConfig(FORM)
  @Permits('apply_reissue')
  async decline(@AtDesk() desk: DeskRequest, @ReissueId() id: string): Promise<string> {
    const subscriptionId = await this.desk.decline(acting(desk), id);
    return desk.go(`/operator/subscriptions/${subscriptionId}?done=decline-reissue`);
  }

  @Post('reissues/:id/approve')
  @RouteConfig(FORM)
  @Permits('decide')
  async approve(@AtDesk() desk: DeskRequest, @ReissueId() id: string): Promise<string> {
    await this.desk.approve(acting(desk), id);
    return desk.go('/operator/approvals?done=approve');
  }

  @Post('reissues/:id/refuse')
  @RouteConfig(FORM)
  @Permits('decide')
  async refuse(@AtDesk() desk: DeskRequest, @ReissueId() id: string): Promise<string> {
    await this.desk.refuse(acting(desk), id);
    return desk.go('/operator/approvals?done=refuse');
  }

  @Post('reissues/:id/withdraw')
  @RouteConfig(FORM)
  @Permits('apply_reissue')
  async withdraw(@AtDesk() desk: DeskRequest, @ReissueId() id: string): Promise<string> {
    const { subscriptionId } = await this.desk.withdraw(acting(desk), id);
    return desk.go(`/operator/subscriptions/${subscriptionId}?done=withdraw-reissue`);
  }

  /** Only this response contains the code, either on the page or in the letter to be printed. */
  @Post('reissues/:id/issue')
  @RouteConfig(FORM)
  @Permits('apply_reissue')
  async issue(@AtDesk() desk: DeskRequest, @ReissueId() id: string): Promise<string> {
    const by = acting(desk);
    const addressee = await this.desk.addressee(id);
    const issued = await this.desk.issue(by, id);
    return desk.show(
      issued.delivery === 'post'
        ? letterPage(desk.reader, desk.letters, addressee, issued, new Date())
        : reissueCodePage(desk.reader, addressee.subscriptionId, issued, issued.delivery),
    );
  }
}

function acting(desk: DeskRequest): ReissueOperator {
  const { operatorId: id, ...operator } = desk.acting();
  return { ...operator, id };
}
