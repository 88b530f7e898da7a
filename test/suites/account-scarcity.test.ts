// A full disk and too few descriptors: requests that need what is not there fail as a whole, and the gateway goes on.
import { expect, it } from '@jest/globals';
import { expectHealthy } from '../cases/case.ts';
import { withBed, type TestBed } from '../harness/bed.ts';
import { until } from '../harness/deadline.ts';
import type { Gateway, GatewayOptions } from '../harness/gateway.ts';
import { exchange, formatHead, json, readResponse, text } from '../harness/http.ts';
import { canMount, limitedParts, mountSmallDisk, startLimited } from '../harness/limited.ts';
import { digest, patternBody, patternDigest } from '../harness/pattern.ts';
import { descendantsOf } from '../harness/processes.ts';
import { RawConnection, type Address } from '../harness/raw-connection.ts';
import { describeWith, itWhere } from '../harness/require.ts';

const MEBIBYTE = 1024 * 1024;
const EXPECTED_LOG = [/SLUICE_SPOOL_FAILED/, /SLUICE_REPLY_NOT_STORED/];

/** A gateway whose spool takes a mebibyte, and how to let go of it. */
interface Cramped {
  readonly gateway: Gateway;
  readonly address: Address;
  readonly release: () => void;
}

interface Cramp {
  readonly name: string;
  readonly isPossible: boolean;
  readonly start: (bed: TestBed) => Promise<Cramped>;
}

async function optionsFor(bed: TestBed): Promise<{ port: number; options: GatewayOptions }> {
  const port = await bed.reservePort();
  const options = {
    listen: [{ protocol: 'http', address: `127.0.0.1:${port}` }],
    processes: 1,
    body: ['memory = "64KiB"'],
    toml: ['[reply]', 'memory = "64KiB"'],
    expectedLog: EXPECTED_LOG,
  } as const;
  return { port, options };
}

const cramps: readonly Cramp[] = [
  {
    name: 'a full disk',
    isPossible: canMount(),
    start: async (bed) => {
      const release = mountSmallDisk(bed.site.makeDirectory('spool'), '1m');
      const { port, options } = await optionsFor(bed);
      return { gateway: await startLimited(bed, [], options), address: { port }, release };
    },
  },
  {
    name: 'files that may not grow',
    isPossible: true,
    start: async (bed) => {
      const { port, options } = await optionsFor(bed);
      const gateway = await startLimited(bed, [`--fsize=${MEBIBYTE}`], options);
      return { gateway, address: { port }, release: () => undefined };
    },
  },
];

async function inCramped({ start }: Cramp, test: (cramped: Cramped) => Promise<void>): Promise<void> {
  await withBed(async (bed) => {
    const cramped = await start(bed);
    try {
      await test(cramped);
    } finally {
      await cramped.gateway.stop();
      cramped.release();
    }
  });
}

async function uploadTooMuch({ gateway, address }: Cramped): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const body = patternBody(4 * MEBIBYTE);
    const response = await exchange(address, { method: 'POST', target: '/digest', body });
    expect(response).toMatchObject({ status: 507, isComplete: true });
    expect(text(response)).toContain('507 Insufficient Storage');
    const small = patternBody(200_000);
    const next = await exchange(address, { method: 'POST', target: '/digest', body: small });
    expect(json(next)).toMatchObject({ sha256: patternDigest(200_000) });
  }
  const [line] = await gateway.logged({ code: 'SLUICE_SPOOL_FAILED' });
  expect(line?.message).toMatch(/could not be stored: .*(ENOSPC|EFBIG)/);
}

async function downloadTooMuch({ gateway, address }: Cramped): Promise<void> {
  const connection = await RawConnection.open(address);
  await connection.send(formatHead({ target: `/pattern?size=${32 * MEBIBYTE}` }));
  await gateway.process.line(/SLUICE_REPLY_NOT_STORED/);
  const response = await readResponse(connection);
  connection.close();
  expect(response?.isComplete).toBe(true);
  expect(response && digest(response.body)).toBe(patternDigest(32 * MEBIBYTE));
  await expectHealthy({ address });
}

for (const cramp of cramps) {
  describeWith(limitedParts, cramp.name, () => {
    const reason = 'a small file system cannot be mounted here';
    itWhere(
      cramp.isPossible,
      reason,
      'an upload that does not fit gets a 507, and the next one goes through',
      () => inCramped(cramp, uploadTooMuch),
    );
    itWhere(cramp.isPossible, reason, 'a reply that does not fit waits for its client, and comes whole', () =>
      inCramped(cramp, downloadTooMuch),
    );
  });
}

const DESCRIPTORS = 200;
const CLIENTS = 300;
/** Lines that a shortage of descriptors may cost the log, however many clients meet it. */
const LOG_LINES_MAX = 20;

describeWith(limitedParts, 'too few descriptors', () => {
  it('are told once; the gateway goes on, and serves when connections close', () =>
    withBed(async (bed) => {
      const { port, options } = await optionsFor(bed);
      const gateway = await startLimited(bed, [`--nofile=${DESCRIPTORS}`], {
        ...options,
        expectedLog: [/SLUICE_FEW_FILES/, /SLUICE_WORKER_(ENDED|DIED)/],
      });
      await gateway.process.line(/SLUICE_FEW_FILES.*200 files/);
      const before = gateway.process.lines.length;
      const clients: RawConnection[] = [];
      for (let count = 0; count < CLIENTS; count++) {
        const client = await RawConnection.open({ port });
        await client.send('GET /hello HTTP/1.1\r\n');
        clients.push(client);
      }
      // One after the other: those that were taken in are answered, the others were closed.
      const answers: (number | undefined)[] = [];
      for (const client of clients) {
        await client.send('Host: localhost\r\n\r\n');
        answers.push((await readResponse(client))?.status);
      }
      expect(new Set(answers)).toEqual(new Set([200, undefined]));
      for (const client of clients) client.close();
      await until('it serves again', async () => {
        const client = await RawConnection.open({ port });
        await client.send(formatHead({ target: '/hello' }));
        const response = await readResponse(client);
        client.close();
        return response?.status === 200 || undefined;
      });
      expect(gateway.process.lines.slice(before).length).toBeLessThan(LOG_LINES_MAX);
      // A worker that dies is replaced, too.
      for (const { pid } of descendantsOf(gateway.pid)) process.kill(pid, 'SIGKILL');
      await gateway.workersReady(2);
      await expectHealthy({ address: { port } });
    }));
});
