// Each test gets a second attempt: with real servers on a machine that others use too, one that failed may have met
// something of theirs. What failed is printed, and unsteady-reporter.mjs names the tests that needed it.
import { jest } from '@jest/globals';

jest.retryTimes(1, { logErrorsBeforeRetry: true });
