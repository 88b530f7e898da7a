// Workers that die in the worst moments or write garbage: each loses its own request and nothing else, the client can
// tell, and the log says what was wrong and where.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync } from 'node:fs';
import { expectHealthy } from '../cases/case.ts';
import { crashPoints, garbage, type WireFault } from '../cases/wire-faults.ts';
import { withBed, type TestBed } from '../harness/bed.ts';
import { until } from '../harness/deadline.ts';
import { spawnGateway } from '../harness/gateway.ts';
import { exchange, formatHead, json, readResponse, text, whole } from '../harness/http.ts';
import { patternBlocks, patternDigest } from '../harness/pattern.ts';
import { descendantsOf } from '../harness/processes.ts';
import { defaultPython } from '../harness/python.ts';
import { RawConnection } from '../harness/raw-connection.ts';
import { sendStaged } from '../harness/staged-request.ts';
import { describeWith } from '../harness/require.ts';
import { directHttp } from '../paths/direct-http.ts';
import { onePathPerProtocol } from '../paths/one-per-protocol.ts';
import { openFront, type Front } from '../paths/path.ts';
import { frontOfSuite } from './describe-path.ts';

const ENDED = /SLUICE_WORKER_ENDED/;
const EXPECTED_LOG = [
  /SLUICE_WORKER_(DIED|ENDED|PROTOCOL)/,
  // What nginx says of a response that broke off.
  /upstream (prematurely closed|sent unsupported FastCGI)|recv\(\) failed/,
];

async function suffer(front: Front, fault: WireFault): Promise<void> {
  const { to, bytes, end } = fault;
  const { process } = front.gateway;
  const before = process.lines.length;
  const endings = process.lines.filter((line) => ENDED.test(line)).length;
  const connection = await RawConnection.open(front.address);
  await connection.send(formatHead({ target: `/writes?to=${to}&bytes=${bytes}&then=${end}` }));
  const response = await readResponse(connection);
  connection.close();
  if (fault.isAfterHead) {
    // A web server that has passed nothing on yet may close without a word.
    if (response) expect(response).toMatchObject({ status: 200, isComplete: false });
  } else {
    expect(response).toMatchObject({ status: 502, isComplete: true });
    expect(response && text(response)).toContain('502 Bad Gateway');
  }
  await expectHealthy(front);
  await process.lineCount(ENDED, endings + 1);
  expect(process.lines.slice(before).join('\n')).toMatch(fault.log);
}

for (const path of onePathPerProtocol) {
  describeWith(path.needs, `a worker, over ${path.name}`, () => {
    const front = frontOfSuite(path);

    beforeAll(() => {
      for (const pattern of EXPECTED_LOG) front().expectLog(pattern);
    });

    it.each(crashPoints.map((fault) => [fault.name, fault] as const))('that dies %s', (_, fault) =>
      suffer(front(), fault),
    );

    it.each(garbage.map((fault) => [`${fault.name} (${fault.to})`, fault] as const))(
      'that writes %s',
      (_, fault) => suffer(front(), fault),
    );
  });
}

describe('a worker that dies while a body is on its way', () => {
  it('to the spool costs nothing', () =>
    withBed(async (bed) => {
      const options = { expectedLog: EXPECTED_LOG, body: ['memory = "64KiB"'] };
      const front = await openFront(directHttp, bed, options);
      const body = Buffer.concat([...patternBlocks(400_000)]);
      const connection = await RawConnection.open(front.address);
      await connection.send(formatHead({ method: 'POST', target: '/digest', body: whole(body) }));
      await connection.send(body.subarray(0, 300_000));
      await until('the body is in a file', () => bed.site.entries(isSpooled).length > 0 || undefined);
      for (const { pid } of descendantsOf(front.gateway.pid)) kill(pid);
      await connection.send(body.subarray(300_000));
      const response = await readResponse(connection);
      expect(response && json(response)).toMatchObject({ size: 400_000, sha256: patternDigest(400_000) });
      connection.close();
    }));

  it('to itself costs that request a 502', () =>
    withBed(async (bed) => {
      const toml = ['[[route]]', 'path = "/reads"', 'to = "pool:default"', 'streaming = true'];
      const front = await openFront(directHttp, bed, { expectedLog: EXPECTED_LOG, processes: 1, toml });
      const { connection, name } = await sendStaged(front, '/reads', 100_000);
      await connection.send(Buffer.alloc(1024));
      const actor = await front.stage.actor(name);
      actor.say('read');
      await actor.told('read 1024');
      for (const { pid } of descendantsOf(front.gateway.pid)) kill(pid);
      expect(await readResponse(connection)).toMatchObject({ status: 502, isComplete: true });
      connection.close();
      await expectHealthy(front);
    }));
});

/** What a process may do instead of becoming a worker: bytes on its control channel, and what the log says then. */
const FALSE_STARTS: readonly (readonly [name: string, control: string, log: RegExp])[] = [
  ['writes garbage', '67617262616765212121', /byte 0 of the control channel: frame of type 97/],
  ['introduces itself with half a block', '0000000330000000616263', /READY with a block that does not end/],
  ['gives back what it never had', '00000002310000000001', /RETURNED for lane 0, which was not recalled/],
  ['says nothing', '', /was not ready within 500 ms/],
];

describe('a process that is no worker', () => {
  it.each(FALSE_STARTS)('and %s is ended, and clients get a complete 503', (_, control, log) =>
    withBed(async (bed) => {
      const port = await bed.reservePort();
      const gateway = spawnGateway(bed, {
        processes: 1,
        python: falseWorker(bed, control),
        pool: ['startup_timeout = "500ms"', 'queue = { length = 10, timeout = "100ms" }'],
        listen: [{ protocol: 'http', address: `127.0.0.1:${port}` }],
        expectedLog: [...EXPECTED_LOG, /SLUICE_QUEUE_TIMEOUT/],
      });
      await gateway.ready(0);
      expect(await exchange({ port }, { target: '/hello' })).toMatchObject({ status: 503, isComplete: true });
      expect(await gateway.process.line(ENDED)).toMatch(log);
    }),
  );
});

/** A program that the gateway takes for an interpreter. It writes to the control channel and waits to be ended. */
function falseWorker(bed: TestBed, control: string): string {
  const python = defaultPython();
  const path = bed.site.write(
    'false-worker',
    [
      `#!${python}`,
      'import os, sys',
      'if "worker" not in sys.argv:',
      `    os.execv(${JSON.stringify(python)}, [${JSON.stringify(python)}, *sys.argv[1:]])`,
      `os.write(3, bytes.fromhex("${control}"))`,
      'os.read(3, 1)',
      '',
    ].join('\n'),
  );
  chmodSync(path, 0o755);
  return path;
}

function kill(pid: number): void {
  process.kill(pid, 'SIGKILL');
}

function isSpooled({ name }: { readonly name: string }): boolean {
  return name.startsWith('spool/');
}
