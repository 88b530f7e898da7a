import preset from '@sluice/jest-preset';

// The benchmarks are plain modules, and so are their tests.
export default { ...preset, testMatch: ['<rootDir>/test/**/*.test.mjs'] };
