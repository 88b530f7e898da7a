// New code takes over without a failed request; code that cannot be loaded does not take over.
import { expect, it } from '@jest/globals';
import { withBed, type TestBed } from '../harness/bed.ts';
import { exchange, text } from '../harness/http.ts';
import { describeWith } from '../harness/require.ts';
import { onePathPerProtocol } from '../paths/one-per-protocol.ts';
import { openFront, type Front, type Path } from '../paths/path.ts';

const RELOADS = Number(process.env['SLUICE_TEST_RELOADS'] ?? 10);
const CLIENTS = 8;

/** Writes an application that answers with its version. */
function writeVersion(bed: TestBed, version: number): string {
  // Python takes byte code for current when the second and the size of its source are the same: no two sizes are.
  return bed.site.write(
    'versioned.py',
    `# ${'.'.repeat(version)}\n` +
      'def application(environ, start_response):\n' +
      '    start_response("200 OK", [("Content-Type", "text/plain")])\n' +
      `    return [b"${version}"]\n`,
  );
}

function openVersioned(path: Path, bed: TestBed, expectedLog: readonly RegExp[] = []): Promise<Front> {
  const target = writeVersion(bed, 0);
  return openFront(path, bed, { target, directory: bed.site.directory, expectedLog });
}

/** Sends one request after the other until told to stop; returns every answer that was not a version. */
async function visitUntil(front: Front, isOver: () => boolean): Promise<string[]> {
  const failures: string[] = [];
  while (!isOver()) {
    const response = await exchange(front.address, { target: '/' });
    if (response.status !== 200 || !/^\d+$/.test(text(response)))
      failures.push(`${response.status} ${text(response)}`);
  }
  return failures;
}

for (const path of onePathPerProtocol) {
  describeWith(path.needs, `a reload over ${path.name}`, () => {
    it(
      `fails no request, ${RELOADS} times under load`,
      () =>
        withBed(async (bed) => {
          const front = await openVersioned(path, bed);
          let isOver = false;
          const visitors = Array.from({ length: CLIENTS }, () => visitUntil(front, () => isOver));
          for (let version = 1; version <= RELOADS; version++) {
            writeVersion(bed, version);
            front.gateway.process.kill('SIGHUP');
            await front.gateway.process.lineCount(/"message":"reloaded/, version);
            expect(text(await exchange(front.address, { target: '/' }))).toBe(String(version));
          }
          isOver = true;
          expect((await Promise.all(visitors)).flat()).toEqual([]);
        }),
      30_000 + RELOADS * 2_000,
    );

    it('of code that cannot be loaded leaves the old code at work', () =>
      withBed(async (bed) => {
        const front = await openVersioned(path, bed, [/not reloaded/, /SLUICE_APPLICATION_NOT_LOADED/]);
        bed.site.write('versioned.py', 'this is no Python\n');
        front.gateway.process.kill('SIGHUP');
        const line = await front.gateway.process.line(/not reloaded/);
        expect(line).toContain('SyntaxError');
        expect(text(await exchange(front.address, { target: '/' }))).toBe('0');
      }));
  });
}
