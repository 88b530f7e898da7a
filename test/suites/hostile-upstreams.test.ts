// Hostile servers behind the gateway: whatever one of them answers costs the request it answers, and no other.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { honestReply, hostileReplies, type Behind } from '../cases/hostile/replies.ts';
import { bedOfSuite } from '../harness/bed.ts';
import type { Gateway } from '../harness/gateway.ts';
import { exchange, formatHead, readResponse, text, type HttpResponse } from '../harness/http.ts';
import { Liar } from '../harness/hostile/liar.ts';
import { mutate, mutations } from '../harness/hostile/mutate.ts';
import { residentBytes } from '../harness/hostile/resident.ts';
import { RawConnection } from '../harness/raw-connection.ts';
import { startRelay } from '../harness/relay.ts';

const AT_ONCE = 16;
const ROUNDS_OF_MUTANTS = 30;
/** As for listeners: what V8 gives back late. */
const GROWTH_BYTES = 64 * 1024 * 1024;

describe.each(['fastcgi', 'ajp', 'scgi', 'uwsgi', 'http'] as const)(
  'behind a gateway, a server of %s',
  (protocol: Behind) => {
    let liar: Liar;
    // Before the bed, which finds its socket otherwise.
    afterAll(() => liar.close());
    const bed = bedOfSuite();
    let port = 0;
    let gateway: Gateway;
    let words = 100_000;
    beforeAll(async () => {
      const path = bed.site.path('liar');
      liar = await Liar.listen(path, /word-\d+-/);
      port = await bed.reservePort();
      gateway = await startRelay(bed, {
        port,
        upstream: [
          `protocol = "${protocol}"`,
          `servers = [${JSON.stringify(`unix:${path}`)}]`,
          'fail_after = 0',
          'keep_alive = 4',
          'read_timeout = "2s"',
        ],
        isStreaming: true,
        expectedLog: [/SLUICE_UPSTREAM_(?:PROTOCOL|LOST|REFUSED|TIMEOUT|UNREACHABLE)/],
      });
    }, 60_000);

    /** What a client gets, or nothing, where the gateway broke off before a head. */
    async function ask(bytes: Buffer, closes: boolean): Promise<HttpResponse | undefined> {
      const word = `word-${words++}-`;
      liar.tell(word, { bytes, closes });
      const connection = await RawConnection.open({ port });
      try {
        await connection.send(formatHead({ target: `/?${word}`, headers: [['Connection', 'close']] }));
        return await readResponse(connection);
      } finally {
        connection.close();
        liar.forget(word);
      }
    }

    async function expectHonest(): Promise<void> {
      const word = `word-${words++}-`;
      liar.tell(word, { bytes: honestReply(protocol, word), closes: protocol !== 'http' });
      const response = await exchange({ port }, { target: `/?${word}` });
      liar.forget(word);
      expect([response.status, text(response)]).toEqual([200, word]);
    }

    async function endure({ name, bytes }: { readonly name: string; readonly bytes: Buffer }): Promise<void> {
      const response = await ask(bytes, true);
      const isWholeSuccess = response?.isComplete === true && response.status < 500;
      expect({ name, isWholeSuccess }).toEqual({ name, isWholeSuccess: false });
      await expectHonest();
    }

    async function endureAll(): Promise<void> {
      const replies = hostileReplies(protocol).values();
      const client = async (): Promise<void> => {
        for (const reply of replies) await endure(reply);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, client));
    }

    it('costs only the request it answers, whatever it answers', endureAll);

    it('cannot answer the next request before it is asked', async () => {
      const forged = honestReply(protocol, 'forged');
      for (let times = 0; times < 8; times++) {
        await ask(Buffer.concat([honestReply(protocol, 'hello'), forged]), false);
        await expectHonest();
      }
    });

    it('does no harm by mutations of honest answers', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(mutations, { minLength: 1, maxLength: AT_ONCE }), async (mutants) => {
          await Promise.all(
            mutants.map(async (steps) => {
              const bytes = mutate(honestReply(protocol, 'hello'), steps);
              const response = await ask(bytes, true);
              expect(String(response && text(response))).not.toMatch(/word-/);
              await expectHonest();
            }),
          );
        }),
        { numRuns: ROUNDS_OF_MUTANTS },
      );
    });

    it('makes the gateway no heavier', async () => {
      const before = residentBytes(gateway.pid);
      for (let times = 0; times < 2; times++) await endureAll();
      expect(residentBytes(gateway.pid) - before).toBeLessThan(GROWTH_BYTES);
    });

    it('is told of in lines with a code', () => {
      const failures = gateway.log().filter(({ level }) => level === 'warn' || level === 'error');
      expect(failures.length).toBeGreaterThan(0);
      for (const line of failures) {
        expect(line).toMatchObject({
          code: expect.stringMatching(/^SLUICE_UPSTREAM_/),
          message: expect.stringMatching(/./),
        });
      }
    });
  },
);
