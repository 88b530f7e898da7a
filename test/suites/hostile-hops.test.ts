// Bodies that are requests of some protocol, sent through every front and every hop: they arrive as bodies, and nothing in
// them is ever run.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { bedOfSuite } from '../harness/bed.ts';
import { within } from '../harness/deadline.ts';
import { spawnSluice, startGateway, watchedSettings } from '../harness/gateway.ts';
import { RawConnection } from '../harness/raw-connection.ts';
import { ajp } from '../harness/hostile/speak-ajp.ts';
import { scgi, uwsgi } from '../harness/hostile/speak-dialects.ts';
import { fastcgi } from '../harness/hostile/speak-fastcgi.ts';
import { http } from '../harness/hostile/speak-http.ts';
import type { Answer, Speaker } from '../harness/hostile/speaker.ts';

const DEADLINE_MS = 8_000;
const SPEAKERS: readonly Speaker[] = [fastcgi, ajp, http, scgi, uwsgi];
/** How often a request stands in a body, so that some lie across every border of records, packets and chunks. */
const TIMES = 40;

describe('through two gateways', () => {
  const bed = bedOfSuite();
  const ledger = bed.site.path('ledger');
  const hidden = { target: `/count?file=${encodeURIComponent(ledger)}&id=hidden` };
  const placeOf = (where: 'front' | 'back', { protocol }: Speaker): string =>
    bed.site.path(`${where}-${protocol}`);

  /** `[[listen]]` tables for every protocol; behind, each has its own mount point. */
  function listeners(where: 'front' | 'back'): string[] {
    return SPEAKERS.flatMap((speaker) => [
      '[[listen]]',
      `protocol = "${speaker.protocol}"`,
      `address = ${JSON.stringify(`unix:${placeOf(where, speaker)}`)}`,
      ...(where === 'back' ? [`mount = "/${speaker.protocol}"`] : []),
    ]);
  }

  beforeAll(async () => {
    await startGateway(bed, { listen: [], toml: listeners('back') });
    const config = bed.site.write(
      'relay.toml',
      [
        ...watchedSettings(bed),
        ...listeners('front'),
        ...SPEAKERS.flatMap((speaker) => [
          '[[route]]',
          `path = "/${speaker.protocol}"`,
          `to = "upstream:${speaker.protocol}"`,
          `streaming = ${speaker.isKept}`,
          `[upstream.${speaker.protocol}]`,
          `protocol = "${speaker.protocol}"`,
          `servers = [${JSON.stringify(`unix:${placeOf('back', speaker)}`)}]`,
          'keep_alive = 4',
        ]),
        '',
      ].join('\n'),
    );
    await spawnSluice(bed, ['serve', '--config', config]).ready(0);
  }, 60_000);

  async function ask(front: Speaker, target: string, body: Buffer): Promise<Answer | undefined> {
    const connection = await RawConnection.open({ path: placeOf('front', front) });
    const chunks: Buffer[] = [];
    const talk = async (): Promise<Answer | undefined> => {
      await connection.send(front.request({ method: 'POST', target, body }));
      for (let chunk; (chunk = await connection.read());) {
        chunks.push(chunk);
        const [answer] = front.answers(Buffer.concat(chunks), false);
        if (answer) return answer;
      }
      return front.answers(Buffer.concat(chunks), true)[0];
    };
    try {
      return await within(DEADLINE_MS, talk(), () => `no answer over ${front.protocol} to ${target}`);
    } finally {
      connection.close();
    }
  }

  const hops = SPEAKERS.flatMap((front) =>
    SPEAKERS.map((back) => [front.protocol, back.protocol, front, back] as const),
  );
  it.each(hops)('from %s to %s every body arrives as it was sent', async (_from, _to, front, back) => {
    for (const inside of SPEAKERS) {
      const body = Buffer.concat(Array.from({ length: TIMES }, () => inside.request(hidden)));
      const answer = await ask(front, `/${back.protocol}/echo`, body);
      const seen = { inside: inside.protocol, status: answer?.status, body: answer?.body };
      expect(seen).toEqual({ inside: inside.protocol, status: 200, body: body.toString('latin1') });
    }
    expect(existsSync(ledger)).toBe(false);
  });
});
