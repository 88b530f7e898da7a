import preset from '@sluice/jest-preset';
import { reporters, setupFilesAfterEnv } from '@sluice/jest-preset/second-attempts';

// The gateway under test is the built one, as users run it. Suites share two cores with servers and
// workers, so they run one after the other.
export default {
  ...preset,
  testMatch: ['<rootDir>/suites/**/*.test.ts'],
  testEnvironmentOptions: {},
  setupFilesAfterEnv,
  reporters: [...reporters, '<rootDir>/harness/cell-reporter.mjs'],
  maxWorkers: 1,
  testTimeout: 30_000,
};
