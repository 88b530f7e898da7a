// The limit of open files against what is configured.
import { describe, expect, it } from '@jest/globals';
import { filesWithoutClients, warnOfFewFiles } from '../../src/compose/open-files.ts';
import { createLogger } from '../../src/observe/log.ts';
import { openFilesLimit } from '../../src/service/open-files.ts';
import { load } from '../config/support.ts';

const config = load({
  flags: { target: 'site:app', http: ['127.0.0.1:8000'], processes: '2', threads: '3' },
}).config;
const own = filesWithoutClients(config);

function warnings(limit: number | null): string {
  let text = '';
  const log = { level: 'warn', format: 'json', access: false, file: null } as const;
  const logger = createLogger(log, { write: (chunk: string) => (text += chunk) });
  warnOfFewFiles(config, limit, logger);
  return text;
}

describe('the limit of open files', () => {
  it('is read from the kernel', () => {
    const limits = 'Limit                     Soft Limit           Hard Limit           Units\n';
    const line = 'Max open files            1024                 4096                 files\n';
    expect(openFilesLimit(() => limits + line)).toBe(1024);
    expect(openFilesLimit(() => limits + line.replace('1024', 'unlimited'))).toBeNull();
    const missing = (): string => {
      throw new Error('ENOENT');
    };
    expect(openFilesLimit(missing)).toBeNull();
  });

  it('has to do for two generations of workers', () => {
    const more = load({
      flags: { target: 'site:app', http: ['127.0.0.1:8000'], processes: '3', threads: '3' },
    });
    expect(filesWithoutClients(more.config) - own).toBe(2 * (3 + 3));
  });

  it('is enough, or is said not to be', () => {
    const needed = own + config.limits.connectionsCount;
    expect([warnings(needed), warnings(null)]).toEqual(['', '']);
    expect(JSON.parse(warnings(needed - 1))).toMatchObject({
      code: 'SLUICE_FEW_FILES',
      limit: needed - 1,
      needed,
    });
  });
});
