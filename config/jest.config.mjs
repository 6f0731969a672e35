import { existsSync } from 'node:fs';
import { jsc } from './swc.mjs';

const swc = { swcrc: false, sourceMaps: 'inline', jsc };

// Jest implements require(esm) only on Node >= 24.9. A CommonJS package that requires one of these ESM-only packages
// (@fastify/static -> content-disposition, light-my-request -> cookie) needs it transformed to CommonJS on older
// versions.
const esmOnlyRequiredFromCommonJs = ['content-disposition', 'cookie'];

const ifPresent = (option, file) =>
  existsSync(new URL(`../${file}`, import.meta.url)) ? { [option]: `<rootDir>/${file}` } : {};

/** @type {import('jest').Config} */
export default {
  rootDir: '..',
  roots: ['<rootDir>/test'],
  testEnvironment: 'node',
  testRegex: 'test/.*\\.spec\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.[tj]s$': ['@swc/jest', swc] },
  transformIgnorePatterns: [`/node_modules/(?!(.*/)?(${esmOnlyRequiredFromCommonJs.join('|')})/)`],
  ...ifPresent('globalSetup', 'test/support/global-setup.ts'),
  ...ifPresent('globalTeardown', 'test/support/global-teardown.ts'),
  testSequencer: '<rootDir>/config/test-sequencer.mjs',
  reporters: ['default', '<rootDir>/config/summary-reporter.mjs'],
  // Two more than processors, because browsers and waiting callers leave them idle.
  maxWorkers: 4,
  // A high limit, because a slow or busy machine is no failure. A wait for a condition ends earlier and names the
  // condition.
  testTimeout: 600_000,
};
