// The clients that take the place of flup's: the behaviour table through them, php-fpm, and an application on libfcgi.
import { expect, it } from '@jest/globals';
import { allCases } from '../cases/all.ts';
import { expectResponse } from '../cases/case.ts';
import { withBed } from '../harness/bed.ts';
import { chunked, exchange, text, whole } from '../harness/http.ts';
import { startPasser } from '../harness/passer.ts';
import { PATTERN, digest } from '../harness/pattern.ts';
import { describeWith } from '../harness/require.ts';
import { libFcgiParts, startResponder } from '../harness/servers/libfcgi.ts';
import { phpFpmPart, startPhpFpm } from '../harness/servers/php-fpm.ts';
import { flupClients } from '../paths/flup-clients.ts';
import { describePath } from './describe-path.ts';

for (const path of flupClients) describePath(path, allCases, {}, `${path.name} with the application`);

const scripts = {
  'server.php': `<?php header('Content-Type: application/json'); echo json_encode($_SERVER);`,
  'echo.php': `<?php echo file_get_contents('php://input');`,
  'zeros.php': `<?php for ($left = 5 << 20; $left > 0; $left -= 65536) echo str_repeat("\\0", 65536);`,
  'moved.php': `<?php header('Location: /elsewhere');`,
  'log.php': `<?php error_log('logged on purpose'); http_response_code(418);`,
};

describeWith([phpFpmPart], 'FCGIApp and php-fpm', () => {
  it('pass requests on whatever their size, and what PHP says back', async () => {
    await withBed(async (bed) => {
      const php = await startPhpFpm(bed, { scripts, processes: 2 });
      const port = await bed.reservePort();
      const to = php.address.slice('unix:'.length);
      const passer = await startPasser(bed, { port, protocol: 'fastcgi', to, root: php.root });
      const ask = (target: string, request = {}): ReturnType<typeof exchange> =>
        exchange({ port }, { target, ...request });

      // More than fits one record, so that pairs would straddle two if nobody took care.
      const headers = Array.from({ length: 8 }, (_, at) => [`X-Long-${at}`, String(at).repeat(6_000)]);
      const long = await ask('/server.php?x=1', { headers: [...headers, ['Cookie', 'c'.repeat(14_000)]] });
      const variables = JSON.parse(text(long)) as Record<string, string>;
      expect(variables).toMatchObject({ QUERY_STRING: 'x=1', REQUEST_METHOD: 'GET' });
      for (const [name = '', value = ''] of headers)
        expect(variables[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`]).toBe(value);

      const bodies = [whole(PATTERN), chunked(PATTERN, PATTERN), whole('')];
      for (const body of bodies) {
        const sent = Buffer.concat([...(body.blocks as Iterable<Uint8Array>)]);
        const answer = await ask('/echo.php', { method: 'POST', body });
        expect(digest(answer.body)).toBe(digest(sent));
      }
      expect(digest((await ask('/zeros.php')).body)).toBe(digest(Buffer.alloc(5 << 20)));
      expectResponse(await ask('/moved.php'), { status: 302, headers: { location: ['/elsewhere'] } });
      expect((await ask('/log.php')).status).toBe(418);
      expect((await ask('/nothing.php')).status).toBe(404);
      await passer.process.line(/logged on purpose/);
    });
  });
});

describeWith(libFcgiParts, 'FCGIApp and an application on libfcgi', () => {
  it('pass requests on, and bodies both ways', async () => {
    await withBed(async (bed) => {
      const to = await startResponder(bed, 'one');
      const port = await bed.reservePort();
      await startPasser(bed, { port, protocol: 'fastcgi', to });
      const answer = await exchange({ port }, { target: '/none?x=1' });
      expectResponse(answer, { status: 404, headers: { 'x-query': ['x=1'] } });
      const body = whole(Buffer.alloc(1_000_000, 'sluice'));
      const echoed = await exchange({ port }, { method: 'POST', target: '/echo', body });
      expect(digest(echoed.body)).toBe(digest(Buffer.alloc(1_000_000, 'sluice')));
      expect(text(await exchange({ port }, { target: '/big' })).slice(-11)).toBe('line 99999\n');
    });
  });

  it('say that nobody is there, in the log and with 500', async () => {
    await withBed(async (bed) => {
      const port = await bed.reservePort();
      const to = bed.site.path('nobody');
      await startPasser(bed, { port, protocol: 'fastcgi', to, expectedLog: [/cannot connect to unix:/] });
      expect((await exchange({ port }, { target: '/' })).status).toBe(500);
    });
  });
});
