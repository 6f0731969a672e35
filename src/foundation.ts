import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { dataSourceOptions, newestMigration } from '../config/data-source.ts';
import { Environment } from '../config/environment.ts';
import { AccessTokens } from './crypto/access-token.ts';
import { parseKeyring } from './crypto/keyring.ts';
import { ServiceKeys } from './crypto/service-keys.ts';
import type { CustomerWords } from './customers/words/words.ts';
import { Database } from './database/database.ts';
import { sharesSessions } from './database/pooler.ts';
import { LOCALES, type Locale } from './domain/locale.ts';
import { ADOPTED_DIRECTORY, type CarrierDirectory } from './gateways/directory/carrier-directory.ts';
import { PushGateway } from './gateways/push/push.ts';
import { SmsGateway } from './gateways/sms/sms.ts';
import { Journal } from './journal/journal.ts';
import { MissingDoors } from './journal/missing-doors.ts';
import { DisabledClients } from './http/disabled-clients.ts';
import { FormLimits } from './http/form-limits.ts';
import { Metrics } from './http/metrics.ts';
import { Readiness } from './http/readiness.ts';
import { DEFAULT_BRAND, type Brand } from './pages/brand.ts';
import { readCompany } from './pages/company.ts';
import { LegalTexts, readLegalFolder, type LegalDocuments } from './pages/legal/legal-texts.ts';
import { Words, type Changed, type TextsByKey } from './pages/words.ts';
import type { SiteWords } from './pages/words/words.ts';
import { Loops } from './process/loops.ts';
import { JobQueue } from './queue/job-queue.ts';
import type { OperatorWords } from './operator/words/words.ts';
import { RecurringTasks } from './queue/recurring-tasks.ts';
import type { WindowWords } from './windows/words/words.ts';

/** Changed texts of the rooms that people see, by room and language; the demonstration's texts are not among them. */
export interface ChangedWords {
  /** The website. */
  customers?: Partial<Record<Locale, Changed<CustomerWords>>>;
  /** The desk, its reissues and the activation letter. */
  operator?: Partial<Record<Locale, Changed<OperatorWords>>>;
  /** The frame of the website, and its problems. */
  site?: Partial<Record<Locale, Changed<SiteWords>>>;
  /** The hosted window. */
  windows?: Partial<Record<Locale, Changed<WindowWords>>>;
}

/**
 * All that an adopter chooses, given to `startService`. Members without a default have to be given; the others change
 * the service without a fork.
 *
 * @example
 * await startService({
 *   environment: readEnvironment(process.env),
 *   push: new MyPushGateway(),
 *   sms: new MySmsGateway(),
 *   brand: { service: { ko: '가온인증', en: 'Gaon Verify' }, callCentre: '1600-0000' },
 *   words: { customers: { ko: { home: { title: '인증번호를 내 휴대폰에서만' } } } },
 * });
 */
export interface Foundation {
  /** The configuration, as `readEnvironment` reads and checks it. */
  environment: Environment;
  /** Hands pushes to the platforms of phones. */
  push: PushGateway;
  /** Hands text messages to an SMS centre. */
  sms: SmsGateway;
  /**
   * Answers which line has a number. Default: the TMF637 product inventory at `CARRIER_DIRECTORY_URL`; without that
   * variable, the register of lines that the carrier's events keep.
   */
  directory?: CarrierDirectory;
  /** Names, logo and colours. Default: {@link DEFAULT_BRAND}, also for each member that is left out. */
  brand?: Partial<Brand>;
  /** Changed texts. Default: none; a text that is not named keeps its wording. */
  words?: ChangedWords;
  /** The checked texts of the files in `ADOPTION_DIR`, by language and key; `words` stand above them. No program sets them. */
  texts?: TextsByKey;
  /**
   * Terms, privacy policy and optional consents, each with all its versions. Default: the files in `LEGAL_TEXTS`, and the
   * service's own texts for a document that is in neither.
   */
  legal?: LegalDocuments;
}

/**
 * The foundation with what the files in `ADOPTION_DIR` change; what a program gives itself stands above them. Throws one
 * error that names every fault of the files.
 */
export async function withAdoptedFiles(foundation: Foundation): Promise<Foundation> {
  const { environment, brand, texts, legal } = foundation;
  if (environment.ADOPTION_DIR === undefined) return foundation;
  // Loaded here, because a service without such a folder needs none of it.
  const { readAdoptionFolder } = await import('./adoption/adoption-folder.ts');
  const files = await readAdoptionFolder(environment.ADOPTION_DIR, brand);
  const both = LOCALES.map((locale) => [locale, { ...files.texts[locale], ...texts?.[locale] }]);
  return {
    ...foundation,
    brand: { ...files.brand, ...brand },
    texts: Object.fromEntries(both) as TextsByKey,
    legal: { ...files.legal, ...legal },
  };
}

/** Milliseconds between two comparisons of the journal with the tables. */
const COMPARE_MS = 60_000;

/** The providers that every feature may inject without importing a module. */
@Global()
@Module({})
export class FoundationModule implements OnApplicationShutdown {
  constructor(
    tasks: RecurringTasks,
    limits: FormLimits,
    missing: MissingDoors,
    private readonly journal: Journal,
    metrics: Metrics,
    private readonly database: Database,
    loops: Loops,
    environment: Environment,
    sms: SmsGateway,
  ) {
    tasks.purge('form limits', () => limits.purge());
    metrics.show(journal);
    metrics.showDatabase(database);
    metrics.showLoops(loops, tasks);
    metrics.showBuild(environment, newestMigration());
    metrics.showSms(sms);
    if (journal.isKept) {
      tasks.oncePerCluster({ name: 'journal', everyMs: COMPARE_MS, run: () => missing.record() });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.journal.close();
    await this.database.close();
  }

  static register({ environment, push, sms, directory, brand, words, texts, legal }: Foundation): DynamicModule {
    const folder = environment.LEGAL_TEXTS;
    const company = folder === undefined ? {} : readCompany(folder);
    const shown = new Words({ ...DEFAULT_BRAND, ...company, ...brand }, { ...words }, texts);
    const retention = { historyDays: environment.HISTORY_DAYS, personalDataDays: environment.PERSONAL_DATA_DAYS };
    const documents = { ...(folder !== undefined && readLegalFolder(folder)), ...legal };
    const keys = new ServiceKeys(parseKeyring(environment.KEYRING ?? ''));
    const sessionUrl = environment.QUEUE_DATABASE_URL ?? environment.DATABASE_URL ?? '';
    const journal = new Journal(environment.JOURNAL_FILE, sessionUrl);
    let asked: Promise<boolean> | undefined;
    const pooled = () => (asked ??= sharesSessions(environment.DATABASE_URL ?? ''));
    const provided = [
      { provide: Environment, useValue: environment },
      { provide: ServiceKeys, useValue: keys },
      { provide: AccessTokens, useValue: new AccessTokens(environment.ISSUER, keys.signing) },
      { provide: PushGateway, useValue: push },
      { provide: SmsGateway, useValue: sms },
      { provide: ADOPTED_DIRECTORY, useValue: directory ?? null },
      { provide: Words, useValue: shown },
      { provide: LegalTexts, useValue: new LegalTexts(shown, retention, documents) },
      {
        provide: Database,
        useFactory: async (source: DataSource) =>
          new Database(
            source,
            { sessionUrl, sharesSessions: await pooled(), readUrl: environment.DATABASE_READ_URL },
            journal,
          ),
        inject: [DataSource],
      },
      { provide: Journal, useValue: journal },
      MissingDoors,
      DisabledClients,
      JobQueue,
      Loops,
      Readiness,
      RecurringTasks,
      FormLimits,
      Metrics,
    ];
    return {
      module: FoundationModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: async () =>
            dataSourceOptions(environment.DATABASE_URL ?? '', environment.DATABASE_POOL, {
              sharesSessions: await pooled(),
            }),
        }),
      ],
      providers: provided,
      exports: provided.map((provider) => ('provide' in provider ? provider.provide : provider)),
    };
  }
}
