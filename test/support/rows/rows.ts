import type pg from 'pg';
import { AuthenticationRows } from './authentications.ts';
import { AuthenticatorRows } from './authenticators.ts';
import { BudgetRows } from './budgets.ts';
import { ChargeRows } from './charges.ts';
import { CibaRows } from './ciba.ts';
import { ClientRows } from './clients.ts';
import { ConsoleRows } from './console.ts';
import { CustomerRows } from './customers.ts';
import { DeliveryRows } from './deliveries.ts';
import { DeviceRows } from './devices.ts';
import { FigureRows } from './figures.ts';
import { LineRows } from './lines.ts';
import { PersonalDataRows } from './personal-data.ts';
import { OpenIdRequestRows } from './openid-requests.ts';
import { OperatorRows } from './operators.ts';
import { SmsPermissionRows } from './sms-permissions.ts';
import { sqlOf } from './sql.ts';
import { SubscriptionRows } from './subscriptions.ts';
import { SwapRows } from './swaps.ts';
import { TestAuthenticationRows } from './test-authentications.ts';
import { TextMessageRows } from './text-messages.ts';
import { WebhookRows } from './webhooks.ts';
import { WindowRows } from './windows.ts';

/** Reads and changes the tables directly, by room. Among the helpers of the specs, only these classes name tables. */
export class Rows {
  readonly authentications: AuthenticationRows;
  readonly authenticators: AuthenticatorRows;
  readonly budgets: BudgetRows;
  readonly charges: ChargeRows;
  readonly ciba: CibaRows;
  readonly clients: ClientRows;
  readonly console: ConsoleRows;
  readonly customers: CustomerRows;
  readonly deliveries: DeliveryRows;
  readonly devices: DeviceRows;
  readonly figures: FigureRows;
  readonly personalData: PersonalDataRows;
  readonly lines: LineRows;
  readonly openIdRequests: OpenIdRequestRows;
  readonly operators: OperatorRows;
  readonly smsPermissions: SmsPermissionRows;
  readonly subscriptions: SubscriptionRows;
  readonly swaps: SwapRows;
  readonly testAuthentications: TestAuthenticationRows;
  readonly textMessages: TextMessageRows;
  readonly webhooks: WebhookRows;
  readonly windows: WindowRows;

  constructor(pool: pg.Pool) {
    const sql = sqlOf(pool);
    this.authentications = new AuthenticationRows(sql);
    this.authenticators = new AuthenticatorRows(sql, pool);
    this.budgets = new BudgetRows(sql);
    this.charges = new ChargeRows(sql);
    this.ciba = new CibaRows(sql);
    this.clients = new ClientRows(sql);
    this.console = new ConsoleRows(sql);
    this.customers = new CustomerRows(sql);
    this.deliveries = new DeliveryRows(sql);
    this.devices = new DeviceRows(sql, pool);
    this.figures = new FigureRows(sql);
    this.personalData = new PersonalDataRows(sql, pool);
    this.lines = new LineRows(sql, pool);
    this.openIdRequests = new OpenIdRequestRows(sql);
    this.operators = new OperatorRows(sql);
    this.smsPermissions = new SmsPermissionRows(sql);
    this.subscriptions = new SubscriptionRows(sql);
    this.swaps = new SwapRows(sql);
    this.testAuthentications = new TestAuthenticationRows(sql);
    this.textMessages = new TextMessageRows(sql);
    this.webhooks = new WebhookRows(sql);
    this.windows = new WindowRows(sql);
  }
}
