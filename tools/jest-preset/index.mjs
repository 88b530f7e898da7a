// The one Jest configuration of the repository. Node 22 and later strip types themselves, so lines and
// coverage are exact; Node 20 goes through swc.
import { fileURLToPath } from 'node:url';

const nativeTypes = Boolean(process.features.typescript);

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

export default {
  testEnvironment: path('environment.mjs'),
  reporters: ['default', path('ending-reporter.mjs')],
  extensionsToTreatAsEsm: ['.ts'],
  // A deadline for what hangs, not a measure of speed: a busy machine takes its time.
  testTimeout: 30_000,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironmentOptions: { customExportConditions: ['@sluice/source', 'node', 'node-addons'] },
  coverageProvider: 'v8',
  transform: nativeTypes
    ? {}
    : {
        '^.+\\.ts$': [
          fileURLToPath(import.meta.resolve('@swc/jest')),
          {
            jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
            module: { type: 'es6' },
          },
        ],
      },
};
