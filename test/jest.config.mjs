import preset from '@sluice/jest-preset';

// The gateway under test is the built one, as users run it. Suites share two cores with servers and
// workers, so they run one after the other.
export default {
  ...preset,
  testMatch: ['<rootDir>/suites/**/*.test.ts'],
  testEnvironmentOptions: {},
  setupFilesAfterEnv: ['<rootDir>/harness/second-attempt.mjs'],
  reporters: ['default', '<rootDir>/harness/cell-reporter.mjs', '<rootDir>/harness/unsteady-reporter.mjs'],
  maxWorkers: 1,
  testTimeout: 30_000,
};
