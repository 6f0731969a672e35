// Imports run one way. A folder may import from its own tier and from the tiers below it, never from above.
const tiers = [
  ['main\\.ts', 'run\\.ts', 'service\\.ts', 'commands/', 'demo/'],
  ['app\\.module\\.ts', 'foundation\\.ts'],
  ['adoption/'],
  ['console/', 'developers/'],
  ['app-shell/', 'carrier/', 'customers/', 'operator/', 'restore/', 'retention/'],
  ['windows/'],
  ['charges/', 'figures/', 'lifecycle/'],
  ['delivery/', 'sms-permissions/'],
  ['authentication/', 'test-mode/'],
  ['authenticators/'],
  ['devices/'],
  ['consents/', 'subscriptions/'],
  ['accounts/', 'alerts/', 'history/', 'lines/', 'notices/', 'pages/', 'relying-parties/', 'webhooks/'],
  ['crypto/', 'database/', 'gateways/', 'http/', 'journal/', 'process/', 'queue/', 'tracing/'],
  ['domain/'],
];
const inSource = (names) => `^src/(${names.join('|')})`;

const oneWay = tiers.slice(1).map((tier, above) => ({
  name: `one-way-${tier[0].replace(/\W.*/, '')}`,
  comment: `Imports run one way: ${tier.join(', ')} may not import from above (see .github/CONTRIBUTING.md).`,
  severity: 'error',
  from: { path: inSource(tier) },
  to: { path: inSource(tiers.slice(0, above + 1).flat()) },
}));

const features = tiers.slice(1, -2).flat();
const composition = '^src/(main\\.ts|run\\.ts|service\\.ts|app\\.module\\.ts|foundation\\.ts|commands/)';
/** The sources that are bundled for browsers: the app, and the `browser` folder of each room with scripted pages. */
const BROWSER = '^src/(app|[^/]+/browser)/';
const packages = (...names) => `(^|/)node_modules/(${names.join('|')})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...oneWay,
    {
      name: 'every-folder-has-its-place',
      comment: 'A new folder or file directly under src/ is given its tier at the top of this file.',
      severity: 'error',
      from: { path: '^src/', pathNot: [inSource(tiers.flat()), '^src/(app|embedded|phone|sdk)/'] },
      to: {},
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain imports nothing but the domain.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'crypto-imports',
      comment: 'src/crypto imports the domain, Node itself and jose, nothing else.',
      severity: 'error',
      from: { path: '^src/crypto/' },
      to: { pathNot: ['^src/(crypto|domain)/', packages('jose')], dependencyTypesNot: ['core'] },
    },
    {
      name: 'entities-are-private',
      comment:
        'Tables belong to one folder. A folder above may type the columns that its statements read by the entity.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/.*\\.entity\\.ts$', pathNot: '^src/$1/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'stores-are-private',
      comment: 'Another feature calls the exported service.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/.*\\.store\\.ts$', pathNot: '^src/$1/' },
    },
    {
      name: 'entities-and-stores-are-private-to-src',
      comment:
        'Outside src/<feature>/ only app.module.ts and config/data-source.ts name entities and stores, and the races, which set a statement against itself.',
      severity: 'error',
      from: { pathNot: ['^src/[^/]+/', '^test/database/', '^src/app\\.module\\.ts$', '^config/data-source\\.ts$'] },
      to: { path: '^src/[^/]+/.*\\.(entity|store)\\.ts$' },
    },
    {
      name: 'adapters-are-chosen-at-the-top',
      comment: 'Features depend on the port (push.ts, sms.ts); which adapter stands behind it is composition.',
      severity: 'error',
      from: { pathNot: ['^src/gateways/', composition, '^test/'] },
      to: {
        path: '^src/gateways/(push|sms)/[^/]+\\.(push|sms)\\.ts$',
        pathNot: '^src/gateways/push/platform\\.push\\.ts$',
      },
    },
    {
      name: 'configuration-is-for-the-top',
      comment:
        'Of config/ the service knows the Environment, which is injected; the rest is for composition and tools.',
      severity: 'error',
      from: { path: '^src/', pathNot: [composition, '^src/embedded/'] },
      to: { path: '^config/', pathNot: '^config/environment\\.ts$' },
    },
    {
      name: 'embedded-knows-no-feature',
      comment: 'The embedded stand-ins speak the real protocols; of the features they see types alone.',
      severity: 'error',
      from: { path: '^src/embedded/' },
      to: { path: inSource([...features, ...tiers[0]]), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'embedded-is-composition',
      comment: 'No feature knows that a stand-in is there.',
      severity: 'error',
      from: { path: '^src/', pathNot: [composition, '^src/embedded/'] },
      to: { path: '^src/embedded/' },
    },
    {
      name: 'phone-stands-alone',
      comment: 'The reference app shares no code with the server: jose and hash-wasm are all it needs.',
      severity: 'error',
      from: { path: '^src/phone/' },
      to: { pathNot: ['^src/phone/', packages('jose', 'hash-wasm', 'uqr')] },
    },
    {
      name: 'sdk-stands-alone',
      comment: 'The library of relying parties shares no code with the server: Node and jose are all it needs.',
      severity: 'error',
      from: { path: '^src/sdk/' },
      to: { pathNot: ['^src/sdk/', packages('jose')], dependencyTypesNot: ['core'] },
    },
    {
      name: 'browser-imports-the-phone-only',
      comment:
        'Code for the browser uses the reference app and, of the server, the list of languages, how typed text is read, and how texts are changed.',
      severity: 'error',
      from: { path: BROWSER },
      to: {
        pathNot: [
          BROWSER,
          '^src/phone/',
          '^src/domain/(changed-texts|locale|typed-text)\\.ts$',
          packages('jose', 'hash-wasm', 'idb-keyval', 'jsqr', 'uqr'),
        ],
      },
    },
    {
      name: 'server-imports-no-client-code',
      comment: 'The phone and the browser code are clients; the server does not lean on them.',
      severity: 'error',
      from: { path: '^src/', pathNot: [BROWSER, '^src/(phone|sdk|commands)/', '^src/main\\.ts$'] },
      to: { path: [BROWSER, '^src/(phone|sdk)/'] },
    },
    {
      name: 'migrations-import-nothing-of-ours',
      comment: 'A migration must mean the same in five years: literal SQL, independent of src.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^(src|config|test)/' },
    },
    {
      name: 'production-imports-no-tests',
      severity: 'error',
      from: { path: '^(src|config|migrations)/' },
      to: { path: '^test/' },
    },
    {
      name: 'not-to-dev-dependency',
      comment: 'What runs in production imports only what is installed there; types may come from anywhere.',
      severity: 'error',
      from: { path: ['^(src|migrations)/', '^config/(environment|data-source|migrate)\\.ts$'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'not-to-undeclared-package',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'Nothing imports this file and it imports nothing: it is dead, or an entry point to be named here.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '^src/main\\.ts$',
          '^src/commands/[^/]+\\.ts$',
          BROWSER,
          '\\.d\\.ts$',
          '^(config|migrations)/',
          '^test/(.*\\.spec|support/global-\\w+|bench/bench|rehearsals/rehearse)\\.ts$',
          '^test/adopting/main\\.mjs$',
        ],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^test/examples/'] },
    moduleSystems: ['es6', 'cjs'],
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'require', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
    },
  },
};
