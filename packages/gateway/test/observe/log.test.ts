import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogConfig } from '../../src/config/types.ts';
import { createLogger, type Logger } from '../../src/observe/log.ts';

function logInto(config: Partial<LogConfig>, stream: { isTTY?: boolean; hasColors?: () => boolean } = {}) {
  const lines: string[] = [];
  const full = { level: 'info', format: 'auto', access: false, file: null, ...config } as const;
  const logger: Logger = createLogger(full, { ...stream, write: (text: string) => lines.push(text) });
  return { logger, lines };
}

const control = /[\p{Cc}\u2028\u2029]/u;

describe('the log', () => {
  it('writes one JSON object a line', () => {
    const { logger, lines } = logInto({});
    logger.child({ pool: 'default' }).warn({ code: 'SLUICE_TEST', error: new Error('a\nb') }, 'went\nwrong');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      pool: 'default',
      code: 'SLUICE_TEST',
      message: 'went\nwrong',
    });
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = logInto({ level: 'warn' });
    logger.info({}, 'no');
    logger.warn({ code: 'YES' }, 'yes');
    expect(lines).toHaveLength(1);
    expect(logInto({ level: 'silent' }).logger.error({ code: 'NO' }, 'no')).toBeUndefined();
  });

  it('is for people on a terminal and for programs elsewhere, unless it is told', () => {
    const first = (config: Partial<LogConfig>, isTTY: boolean): string => {
      const { logger, lines } = logInto(config, { isTTY });
      logger.info({ port: 1 }, 'hello');
      return lines[0]?.[0] ?? '';
    };
    expect(first({}, false)).toBe('{');
    expect(first({}, true)).toMatch(/\d/);
    expect(first({ format: 'json' }, true)).toBe('{');
    expect(first({ format: 'pretty' }, false)).toMatch(/\d/);
  });

  it('writes lines people can read', () => {
    const { logger, lines } = logInto({ format: 'pretty' });
    logger.info({ pid: 7, reason: 'two words' }, 'worker ready');
    logger.error({ code: 'SLUICE_TEST', detail: 'Traceback:\n\tline\n' }, 'failed');
    expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))).toEqual([
      'worker ready pid=7 reason="two words"\n',
      'error failed [SLUICE_TEST]\n    | Traceback:\n    | \tline\n',
    ]);
  });

  it('uses colours only where the terminal has them', () => {
    const { logger, lines } = logInto({ format: 'pretty' }, { hasColors: () => true });
    logger.warn({ code: 'SLUICE_TEST' }, 'careful');
    expect(lines[0]).toContain('\u001b[33mwarn');
  });

  it.each(['json', 'pretty'] as const)('never lets a control character through in %s', (format) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, key) => {
        const { logger, lines } = logInto({ format });
        const nasty = `${text}\u001b[31m\u009b\r\u2028`;
        logger.info({ [`x${key}`]: nasty, list: [nasty] }, nasty);
        // The ends of lines and, in indented blocks, tabs are ours.
        expect(lines.join('').replace(/[\n\t]/g, '')).not.toMatch(control);
      }),
    );
  });
});
