import { join } from 'node:path';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const mathRandom = {
  object: 'Math',
  property: 'random',
  message: 'Randomness comes from src/crypto; Math.random is predictable.',
};
const requestIp = {
  object: 'request',
  property: 'ip',
  message: 'Read the address of a caller by addressOf (src/http/address.ts).',
};
const processEnv = {
  object: 'process',
  property: 'env',
  message: 'The environment is read once, in config/environment.ts, and handed down.',
};
const dateNow = { object: 'Date', property: 'now', message: 'Time arrives in the domain as an argument.' };

const cryptography = {
  regex: '^(node:)?crypto$|^jose($|/)',
  allowTypeImports: true,
  message: 'Only src/crypto imports cryptography; ask it for a function named after what you need.',
};
const asyncContext = {
  regex: '^(node:)?async_hooks$',
  message: 'On Node 20 an AsyncLocalStorage slows down every promise of the process.',
};
const nodeCrypto = { ...cryptography, regex: '^(node:)?crypto$' };
const cryptoGlobal = { name: 'crypto', message: 'Only src/crypto does cryptography.' };

const outsideWorld = ['process', 'performance', 'crypto', 'fetch', 'setTimeout', 'setInterval', 'setImmediate'].map(
  (name) => ({ name, message: 'The domain is pure: no clock, no randomness, no input or output.' }),
);

export default defineConfig(
  globalIgnores(['dist/', '.data/', 'node_modules/', 'test/contract/', 'test/examples/nextjs/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-cond-assign': 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-debugger': 'error',
      'no-empty': 'error',
      'no-irregular-whitespace': 'error',
      'no-misleading-character-class': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unreachable-loop': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-assignment': 'error',
      'no-useless-catch': 'error',
      'no-useless-escape': 'error',
      'no-useless-rename': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'preserve-caught-error': 'error',
      'require-yield': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: join(import.meta.dirname, '..') },
    },
    rules: {
      // This rule skips files with decorators: an injected class must stay a value import, because its name is written
      // into the decorator metadata.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/array-type': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-empty-function': ['error', { allow: ['private-constructors', 'decoratedFunctions'] }],
      // A Nest module is a class that has only a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Decorator metadata, and with it validation and OpenAPI, needs a property's explicit type.
      '@typescript-eslint/no-inferrable-types': ['error', { ignoreProperties: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Classes of requests and responses are shapes for validation and OpenAPI; a plain object is a valid instance.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // The source declares no enum, and the rule takes a fifth of the time of all of them.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/prefer-optional-chain': 'error',
      // A synchronous adapter uses `async` without `await` to reject, as its asynchronous port promises, and not throw.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', mathRandom, processEnv, requestIp],
      'no-restricted-globals': ['error', cryptoGlobal],
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [cryptography, asyncContext] }],
    },
  },
  {
    files: ['src/main.ts', 'src/commands/*.ts'],
    rules: { 'no-console': 'off', 'no-restricted-properties': ['error', mathRandom] },
  },
  {
    files: ['src/crypto/**/*.ts', 'src/embedded/**/*.ts'],
    rules: { 'no-restricted-globals': 'off', '@typescript-eslint/no-restricted-imports': 'off' },
  },
  { files: ['src/embedded/**/*.ts'], rules: { 'no-restricted-properties': ['error', mathRandom] } },
  {
    // The reference app also runs in a browser: WebCrypto and jose, never node:crypto.
    files: ['src/phone/**/*.ts'],
    rules: {
      'no-restricted-globals': 'off',
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [nodeCrypto] }],
    },
  },
  {
    // The library of relying parties shares no code with src/crypto.
    files: ['src/sdk/**/*.ts'],
    rules: {
      'no-restricted-globals': 'off',
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [asyncContext] }],
    },
  },
  {
    files: ['src/domain/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', mathRandom, dateNow],
      'no-restricted-globals': ['error', ...outsideWorld],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date']",
          message: 'Time arrives in the domain as an argument.',
        },
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^[^.]', message: 'The domain imports nothing but the domain.' }] },
      ],
    },
  },
  {
    // In tests, answers arrive as JSON of any shape, and the assertion checks it.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
