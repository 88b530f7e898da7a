// Scripts for flup as processes: every Python, how signals end them, and what is only theirs to see.
import { describe, expect, it } from '@jest/globals';
import { withBed, type TestBed } from '../harness/bed.ts';
import { answerOfCgi, ask, cgiVariables, type Protocol } from '../harness/flup/ask.ts';
import { scriptInLoop, startLoop } from '../harness/flup/loop.ts';
import { runCgi, scriptCommand, startScript, type Script, type Way } from '../harness/flup/script.ts';
import { allPythons } from '../harness/python.ts';
import { describeWith } from '../harness/require.ts';
import { flupParts } from '../harness/servers/flup.ts';

const SERVERS: readonly (readonly [server: string, protocol: Protocol])[] = [
  ['fcgi', 'fastcgi'],
  ['fcgi_fork', 'fastcgi'],
  ['fcgi_single', 'fastcgi'],
  ['ajp', 'ajp'],
  ['ajp_fork', 'ajp'],
  ['scgi', 'scgi'],
  ['scgi_fork', 'scgi'],
];
const HELLO = { target: '/hello' };

interface Started {
  readonly script: Script;
  readonly port: number;
}

async function start(bed: TestBed, way: Way, server: string, python?: string): Promise<Started> {
  const port = await bed.reservePort();
  const given = { bindAddress: ['127.0.0.1', port] };
  const options = { way, server, arguments: given, ...(python !== undefined && { python }) };
  return { script: await startScript(bed, options, port), port };
}

describe.each(allPythons())('a script for flup on $name', ({ path: python }) => {
  const each = SERVERS.filter(([server]) => ['fcgi', 'fcgi_fork', 'ajp', 'scgi'].includes(server));
  it.each(each)('is served by %s, unmodified', async (server, protocol) => {
    await withBed(async (bed) => {
      const { port } = await start(bed, 'unmodified', server, python);
      expect(await ask(protocol, port, HELLO)).toMatchObject({ status: 200, body: 'made at run time' });
    });
  });

  it('is served as CGI, where descriptor 0 is no socket', async () => {
    for (const server of ['cgi', 'fcgi']) {
      const script = { way: 'sluice.flup', server, arguments: {}, python } as const;
      const output = await runCgi(script, Buffer.alloc(0), cgiVariables(HELLO));
      expect(answerOfCgi(output, HELLO)).toMatchObject({ status: 200, body: 'made at run time' });
    }
  });
});

describeWith(flupParts, 'a signal', () => {
  const ways: readonly Way[] = ['flup', 'sluice.flup'];
  const signals = [
    ['SIGHUP', 42],
    ['SIGTERM', 0],
    ['SIGINT', 0],
  ] as const;
  // flup's children may not end before somebody connects.
  const rows = SERVERS.flatMap(([server, protocol]) =>
    ways
      .filter((way) => way !== 'flup' || !server.endsWith('_fork'))
      .flatMap((way) => signals.map(([signal, code]) => ({ server, protocol, way, signal, code })))
      .filter(({ signal }) => signal === 'SIGHUP' || server === 'fcgi'),
  );
  it.each(rows)(
    '$signal ends $server of $way with $code',
    async ({ server, protocol, way, signal, code }) => {
      await withBed(async (bed) => {
        const { script, port } = await start(bed, way, server);
        expect(await ask(protocol, port, HELLO)).toMatchObject({ status: 200 });
        expect(await script.process.stop(signal)).toEqual({ code, signal: null });
      });
    },
  );
});

describe('a loop that starts a script again after SIGHUP', () => {
  // FastCGI is in flup-standin.
  it('loses no request of scgi under load', async () => {
    await withBed(async (bed) => {
      const port = await bed.reservePort();
      const given = { bindAddress: ['127.0.0.1', port] };
      const options = { way: 'sluice.flup', server: 'scgi', arguments: given } as const;
      const loop = await startLoop(bed, options, scriptCommand(options), port);
      const seen = new Map<string, number>();
      let isOver = false;
      const visit = async (): Promise<void> => {
        while (!isOver) {
          const { status, body } = await ask('scgi', port, HELLO);
          const answer = `${status} ${body}`;
          seen.set(answer, (seen.get(answer) ?? 0) + 1);
        }
      };
      const visitors = [visit(), visit(), visit(), visit()];
      let script = await scriptInLoop(loop);
      for (let times = 0; times < 3; times++) {
        process.kill(script, 'SIGHUP');
        script = await scriptInLoop(loop, script);
        expect(await ask('scgi', port, HELLO)).toMatchObject({ status: 200 });
      }
      isOver = true;
      await Promise.all(visitors);
      expect([...seen.keys()]).toEqual(['200 made at run time']);
      process.kill(script, 'SIGTERM');
      expect(await loop.process.exited).toEqual({ code: 0, signal: null });
    });
  }, 90_000);
});

describe('a closure', () => {
  it('keeps its state from request to request, in one process', async () => {
    await withBed(async (bed) => {
      const { port } = await start(bed, 'sluice.flup', 'fcgi');
      const bodies: string[] = [];
      for (let times = 0; times < 3; times++)
        bodies.push((await ask('fastcgi', port, { target: '/counted' })).body);
      expect(bodies).toEqual(['1', '2', '3']);
    });
  });

  it('is that of the script itself with threads, and of a child with fork', async () => {
    await withBed(async (bed) => {
      const threads = await start(bed, 'sluice.flup', 'fcgi');
      const fork = await start(bed, 'sluice.flup', 'fcgi_fork');
      const pidOf = async ({ port }: Started): Promise<number> =>
        Number((await ask('fastcgi', port, { target: '/process' })).body);
      expect(await pidOf(threads)).toBe(threads.script.pid);
      expect(await pidOf(fork)).not.toBe(fork.script.pid);
    });
  });
});
