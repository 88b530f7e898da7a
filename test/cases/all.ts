// The behaviour table.
import { bodyCases } from './bodies.ts';
import { departureCases } from './departures.ts';
import { failureCases } from './failures.ts';
import { fileCases } from './files.ts';
import { headerCases } from './headers.ts';
import { methodCases } from './methods.ts';
import { streamingCases } from './streaming.ts';
import { targetCases } from './targets.ts';
import type { Case } from './case.ts';

/** Rows that are one request and one response. */
export const plainCases: readonly Case[] = [
  ...methodCases,
  ...targetCases,
  ...headerCases,
  ...bodyCases,
  ...fileCases,
  ...failureCases,
];

/** Every row. */
export const allCases: readonly Case[] = [...plainCases, ...streamingCases, ...departureCases];
