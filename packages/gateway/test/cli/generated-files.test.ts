import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { exitCodeMeanings, exitCodes } from '../../src/cli/exit-codes.ts';
import { generatedFiles } from '../../src/cli/generated-files.ts';
import { configJsonSchema } from '../../src/config/schema.ts';

describe('generated files', () => {
  it.each(generatedFiles().map(({ path, text }) => ({ name: basename(path), path, text })))(
    '$name is up to date (build, then node packages/gateway/dist/cli/generated-files.js)',
    ({ path, text }) => {
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  it('give every exit code a number of its own and a meaning', () => {
    expect(Object.keys(exitCodeMeanings)).toEqual(Object.keys(exitCodes));
    expect(new Set(Object.values(exitCodes)).size).toBe(Object.keys(exitCodes).length);
  });

  it('describe every section in the schema, and allow nothing else', () => {
    const schema = configJsonSchema() as {
      properties: object;
      additionalProperties: boolean;
      required?: unknown;
    };
    expect(Object.keys(schema.properties)).toEqual([
      'app',
      'listen',
      'pool',
      'upstream',
      'route',
      'static',
      'body',
      'reply',
      'limits',
      'log',
      'control',
    ]);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toBeUndefined();
  });
});
