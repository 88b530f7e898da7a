// `sluice trace`: the requests of a running gateway as they end, of one and of several gateways in one stream.
import { describe, expect, it } from '@jest/globals';
import { withBed, type Server, type TestBed } from '../harness/bed.ts';
import { startGateway, SLUICE } from '../harness/gateway.ts';
import { exchange, text } from '../harness/http.ts';
import { RunningProcess } from '../harness/process.ts';
import { descendantsOf } from '../harness/processes.ts';

const REQUESTS = 30;
const APPLICATION = `
import os
def application(environ, start_response):
    if environ["PATH_INFO"] == "/missing":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
    else:
        start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`;

interface Event {
  readonly gateway?: number;
  readonly path: string;
  readonly status: number;
  readonly worker: number;
}

async function open(bed: TestBed, app: readonly string[] = [], expectedLog: readonly RegExp[] = []) {
  const port = await bed.reservePort();
  bed.site.write('app.py', APPLICATION);
  const gateway = await startGateway(bed, {
    app,
    target: 'app:application',
    directory: bed.site.directory,
    listen: [{ protocol: 'http', address: `127.0.0.1:${port}` }],
    toml: ['[control]', `address = "unix:${bed.site.path('control')}"`],
    expectedLog,
  });
  return { port, gateway };
}

/** A command that watches the gateway; it ends with the bed at the latest. */
class Watcher implements Server {
  readonly name = 'trace';
  readonly process: RunningProcess;

  constructor(bed: TestBed, command: string, args: readonly string[]) {
    this.process = new RunningProcess({ name: 'trace', command, args, cwd: bed.site.directory });
  }

  get pid(): number {
    return this.process.pid;
  }

  get hasEnded(): boolean {
    return this.process.hasEnded;
  }

  get events(): Event[] {
    return this.process.lines.map((line) => JSON.parse(line) as Event);
  }

  /** As Ctrl-C does it. */
  async stop(): Promise<void> {
    if (!this.hasEnded) expect(await this.process.stop('SIGINT')).toEqual({ code: 0, signal: null });
  }

  complaints(): string[] {
    return [];
  }
}

function startTrace(bed: TestBed, words: readonly string[]): Watcher {
  const args = [SLUICE, 'trace', '--control', bed.site.path('control'), ...words];
  return bed.add(new Watcher(bed, process.execPath, args));
}

/** A trace for people, from when it has begun. */
async function openTrace(bed: TestBed, ...words: readonly string[]): Promise<Watcher> {
  const trace = startTrace(bed, words);
  await trace.process.line(/^TIME /);
  return trace;
}

/** The process ids of the workers that answered, by the paths that they answered. */
async function ask(port: number, paths: readonly string[]): Promise<Map<string, number>> {
  const answers = await Promise.all(
    paths.map(async (path) => [path, Number(text(await exchange({ port }, { target: path })))] as const),
  );
  return new Map(answers);
}

function pathsOf(name: string): string[] {
  return Array.from({ length: REQUESTS }, (_, index) => `/${name}/${index}`);
}

describe('a trace of a gateway', () => {
  it('shows what ends, until Ctrl-C', () =>
    withBed(async (bed) => {
      const { port } = await open(bed);
      const all = await openTrace(bed);
      const missing = await openTrace(bed, '--status', '404', '--path', '/miss');
      const [pid] = (await ask(port, ['/a?secret=1'])).values();
      await ask(port, ['/missing']);
      expect(await all.process.line(/GET \/a$/)).toMatch(
        new RegExp(`^[\\d:.]+  200 .* B +http +pool:default ${pid} +GET /a$`),
      );
      await all.process.line(/  404 .*GET \/missing$/);
      await missing.process.line(/GET \/missing$/);
      expect(missing.process.lines).toHaveLength(2);
      expect(all.process.output()).not.toContain('secret');
      await all.stop();
      await missing.stop();
    }));

  it('ends when the gateway does', () =>
    withBed(async (bed) => {
      const { gateway } = await open(bed);
      const { process: subject } = await openTrace(bed);
      await gateway.stop();
      expect(await subject.exited).toEqual({ code: 0, signal: null });
      await subject.line(/^sluice: the gateway has ended$/);
    }));

  it.each([
    ['trace', 'TIME'],
    ['top', 'sluice'],
  ])('ends, as %s does, when nobody reads it any more', (command, beginning) =>
    withBed(async (bed) => {
      const { port } = await open(bed);
      const line = `"$0" "$@" | head -n 1`;
      const args = [SLUICE, command, '--control', bed.site.path('control')];
      const pipe = bed.add(new Watcher(bed, 'sh', ['-c', line, process.execPath, ...args]));
      await pipe.process.line(new RegExp(`^${beginning}`));
      while (!pipe.hasEnded) await ask(port, ['/a']);
    }),
  );

  it('does the gateway no harm when it is killed', () =>
    withBed(async (bed) => {
      const { port } = await open(bed);
      const { process: subject } = await openTrace(bed);
      subject.kill('SIGKILL');
      await subject.exited;
      expect((await ask(port, pathsOf('after'))).size).toBe(REQUESTS);
      await openTrace(bed);
    }));
});

describe('a trace of two gateways', () => {
  it('has the requests of both, and of one that takes the place of another', () =>
    withBed(async (bed) => {
      const { port, gateway } = await open(bed, ['gateways = 2'], [/SLUICE_GATEWAY_ENDED/]);
      const trace = startTrace(bed, ['--json']);
      const first = trace.process.line(/"path":"\/first"/);
      // What is shown first is the sign that it has begun.
      while (trace.process.lines.length === 0) await ask(port, ['/first']);
      await first;
      const workers = new Map<string, number>();
      const eventsOf = (round: string): Event[] =>
        trace.events.filter(({ path }) => path.startsWith(`/${round}`));
      const goOn = async (round: string, isEnough: () => boolean): Promise<void> => {
        for (let count = 0; !isEnough(); count++) {
          const paths = pathsOf(`${round}-${count}`);
          for (const [path, pid] of await ask(port, paths)) workers.set(path, pid);
          await Promise.all(paths.map((path) => trace.process.line(new RegExp(`"path":"${path}"`))));
        }
      };
      await goOn('before', () => new Set(eventsOf('before').map(({ gateway: number }) => number)).size === 2);
      expect(eventsOf('before')).toHaveLength(workers.size);
      for (const { path, ...event } of eventsOf('before')) {
        expect(event).toMatchObject({ status: 200, worker: workers.get(path) });
      }
      const [victim] = descendantsOf(gateway.pid).filter(({ parentPid }) => parentPid === gateway.pid);
      const lost = descendantsOf(victim?.pid ?? unreachable()).map(({ pid }) => pid);
      const number = eventsOf('before').find(({ worker }) => lost.includes(worker))?.gateway;
      process.kill(victim?.pid ?? unreachable(), 'SIGKILL');
      await gateway.process.lineCount(/"message":"gateway ready"/, 3);
      await goOn('after', () => eventsOf('after').some((event) => event.gateway === number));
      await trace.stop();
    }));
});

function unreachable(): never {
  throw new Error('there is no such process');
}
