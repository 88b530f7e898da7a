// Scripts for flup behind the web servers that flup was run behind: the same answers from flup and from what stands in
// for it, with the import line changed and without.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { bedOfSuite } from '../harness/bed.ts';
import type { Way } from '../harness/flup/script.ts';
import { exchange, json, text, whole, type HttpRequest, type HttpResponse } from '../harness/http.ts';
import { digest } from '../harness/pattern.ts';
import { describeWith } from '../harness/require.ts';
import { flupParts } from '../harness/servers/flup.ts';
import { flupFronts } from '../paths/flup-fronts.ts';

const UPLOAD = Buffer.alloc(100_000, 'sluice');

describe.each(flupFronts)('$name', (front) => {
  describeWith([...front.needs, ...flupParts], 'a script', () => {
    const ways: readonly Way[] = [
      'flup',
      'sluice.flup',
      ...(front.isSpawning === true ? ['unmodified' as const] : []),
    ];
    describe.each(ways)('on %s', (way) => {
      const bed = bedOfSuite();
      let port = 0;
      beforeAll(async () => {
        port = await front.start(bed, way);
      }, 60_000);
      const ask = (request: HttpRequest): Promise<HttpResponse> => exchange({ port }, request);

      it('answers with an object that was made at run time', async () => {
        const answer = await ask({ target: '/app/hello' });
        expect([answer.status, text(answer), answer.isComplete]).toEqual([200, 'made at run time', true]);
        expect((await ask({ target: '/app/not-there' })).status).toBe(404);
      });

      it.each([
        ['/app?route=environ', '', 'route=environ'],
        ['/app/environ/a?b=c', '/environ/a', 'b=c'],
      ])('knows where it is: %s', async (target, pathInfo, query) => {
        expect(json(await ask({ target }))).toMatchObject({
          SCRIPT_NAME: '/app',
          PATH_INFO: pathInfo,
          QUERY_STRING: query,
          REQUEST_METHOD: 'GET',
          'wsgi.url_scheme': 'http',
        });
      });

      it('takes an upload', async () => {
        const answer = await ask({ method: 'POST', target: '/app/echo', body: whole(UPLOAD) });
        expect([answer.status, digest(answer.body)]).toEqual([200, digest(UPLOAD)]);
      });

      it('serves several at once', async () => {
        const answers = await Promise.all(Array.from({ length: 8 }, () => ask({ target: '/app/pieces' })));
        expect(answers.map(text)).toEqual(answers.map(() => 'one two'));
      });

      it('says that it has failed', async () => {
        const { status } = await ask({ target: '/app/raised' });
        expect(status).toBe(front.isAjp === true && way === 'flup' ? 200 : 500);
      });
    });
  });
});
