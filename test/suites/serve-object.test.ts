// Python programs that serve an application object of their own by `sluice.serve`.
import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { withBed, type Server, type TestBed } from '../harness/bed.ts';
import { exchange, text } from '../harness/http.ts';
import { RunningProcess } from '../harness/process.ts';
import { descendantsOf, untilGone } from '../harness/processes.ts';
import { defaultPython } from '../harness/python.ts';

const PROGRAM = fileURLToPath(new URL('../apps/serving.py', import.meta.url));
const SOURCE = fileURLToPath(new URL('../../python/src', import.meta.url));

class Program extends RunningProcess implements Server {
  complaints(): string[] {
    return [];
  }
}

async function start(
  bed: TestBed,
  keywords: Readonly<Record<string, unknown>>,
): Promise<{ program: Program; port: number }> {
  const port = await bed.reservePort();
  const listen = { http: `127.0.0.1:${port}` };
  const program = bed.add(
    new Program({
      name: 'program',
      command: defaultPython(),
      args: [PROGRAM, JSON.stringify({ listen, control: 'off', ...keywords })],
      cwd: bed.site.directory,
      env: { PATH: process.env['PATH'] ?? '', PYTHONPATH: SOURCE, PYTHONDONTWRITEBYTECODE: '1' },
    }),
  );
  await program.line(/"message":"ready"/, 60_000);
  return { program, port };
}

describe('a program that serves an object of its own', () => {
  it(
    'has as many threads as requests want, up to the maximum',
    () =>
      withBed(async (bed) => {
        const { program, port } = await start(bed, { threads: [1, 4] });
        const waiting = [1, 2, 3].map(() => exchange({ port }, { target: '/wait' }));
        // Only a fourth thread can let the others go on.
        const last = await exchange({ port }, { target: '/go' });
        const answers = await Promise.all(waiting);
        expect([last, ...answers].map((answer) => text(answer))).toEqual(Array(4).fill(String(program.pid)));
      }),
    60_000,
  );

  it(
    'outlives a request that takes too long: its client gets 504, and another thread serves',
    () =>
      withBed(async (bed) => {
        const { program, port } = await start(bed, { threads: [1, 1], request_timeout: '300ms' });
        expect((await exchange({ port }, { target: '/wait' })).status).toBe(504);
        expect(text(await exchange({ port }, { target: '/go' }))).toBe(String(program.pid));
        expect(program.hasEnded).toBe(false);
      }),
    60_000,
  );

  it(
    'takes its gateway and its children with it when it is killed',
    () =>
      withBed(async (bed) => {
        const { program, port } = await start(bed, { fork: true, processes: 2 });
        expect(text(await exchange({ port }, { target: '/' }))).not.toBe(String(program.pid));
        const all = descendantsOf(program.pid);
        expect(all.length).toBeGreaterThanOrEqual(2);
        program.kill('SIGKILL');
        await untilGone(all);
      }),
    60_000,
  );

  it.each([
    ['SIGHUP', 'returned True'],
    ['SIGTERM', 'returned False'],
    ['SIGINT', 'returned False'],
  ] as const)(
    'ends on %s: %s',
    (signal, line) =>
      withBed(async (bed) => {
        const { program, port } = await start(bed, { threads: [2, 2] });
        expect((await exchange({ port }, { target: '/' })).status).toBe(200);
        await program.stop(signal);
        expect(program.lines).toContain(line);
      }),
    60_000,
  );

  it(
    'hears what is wrong with a setting',
    () =>
      withBed(async (bed) => {
        const failing = start(bed, { threads: [1, 1], queue_timeout: 'soon' });
        await expect(failing).rejects.toThrow(/--queue-timeout[^]*GatewayFailed/);
      }),
    60_000,
  );
});
