// php-fpm behind the gateway: what people run beside a Python application.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { expectResponse } from '../cases/case.ts';
import { bedOfSuite } from '../harness/bed.ts';
import type { Gateway } from '../harness/gateway.ts';
import { exchange, formatHead, json, text, type HttpRequest, type HttpResponse } from '../harness/http.ts';
import { digest, patternBlocks, patternDigest } from '../harness/pattern.ts';
import { RawConnection } from '../harness/raw-connection.ts';
import { startRelay } from '../harness/relay.ts';
import { describeWith } from '../harness/require.ts';
import { phpFpmPart, startPhpFpm } from '../harness/servers/php-fpm.ts';

const scripts = {
  'index.php': `<?php header('Content-Type: application/json'); echo json_encode(['front controller' => true] + $_SERVER);`,
  'server.php': `<?php header('Content-Type: application/json'); echo json_encode($_SERVER);`,
  'digest.php': `<?php
    $hash = hash_init('sha256'); $size = 0; $in = fopen('php://input', 'rb');
    while (($block = fread($in, 65536)) !== false && $block !== '') { hash_update($hash, $block); $size += strlen($block); }
    echo $size, ' ', hash_final($hash);`,
  'form.php': `<?php echo $_POST['colour'], ' ', $_POST['size'];`,
  'zeros.php': `<?php for ($left = (int) $_GET['size']; $left > 0; $left -= 65536) echo str_repeat("\\0", min($left, 65536));`,
  'status.php': `<?php http_response_code((int) $_GET['code']); echo 'body';`,
  'moved.php': `<?php header('Location: /elsewhere');`,
  'cookies.php': `<?php setcookie('a', '1'); setcookie('b', '2'); echo 'ok';`,
  'errors.php': `<?php error_log("logged on purpose\\nFAKE"); echo 'still here';`,
  'fatal.php': `<?php ini_set('display_errors', '0'); not_there();`,
  'flush.php': `<?php for ($i = 0; $i < 3; $i++) { echo "piece $i\\n"; flush(); usleep(20000); }`,
  'forever.php': `<?php while (true) { echo str_repeat('x', 65536); flush(); }`,
};

describeWith([phpFpmPart], 'php-fpm behind the gateway', () => {
  describe.each([
    ['a connection for each request', []],
    ['kept connections', ['keep_alive = 2', 'keep_alive_timeout = "1m"']],
  ])('by %s', (_name, lines) => {
    const bed = bedOfSuite();
    let port = 0;
    let relay: Gateway;
    beforeAll(async () => {
      const php = await startPhpFpm(bed, { scripts, processes: 3 });
      port = await bed.reservePort();
      const upstream = [
        'protocol = "fastcgi"',
        `servers = ["${php.address}"]`,
        `document_root = ${JSON.stringify(php.root)}`,
        ...lines,
      ];
      const expectedLog = [/climbs out of the root/];
      relay = await startRelay(bed, { port, upstream, isStreaming: false, expectedLog });
    }, 60_000);

    const ask = (request: HttpRequest): Promise<HttpResponse> => exchange({ port }, request);

    it('runs the script a path names, with its variables', async () => {
      const response = await ask({ target: '/server.php/more%20path?x=1', headers: [['X-Word', 'yes']] });
      expectResponse(response, {
        status: 200,
        json: {
          SCRIPT_NAME: '/server.php',
          PATH_INFO: '/more path',
          QUERY_STRING: 'x=1',
          REQUEST_URI: '/server.php/more%20path?x=1',
          HTTP_X_WORD: 'yes',
          REMOTE_ADDR: '127.0.0.1',
        },
      });
    });

    it.each(['/', '/posts/42', '/a/b/'])('gives %s to the front controller', async (target) => {
      const answer = json(await ask({ target })) as Record<string, unknown>;
      expect(answer).toMatchObject({
        'front controller': true,
        SCRIPT_NAME: '/index.php',
        REQUEST_URI: target,
      });
    });

    it('answers HEAD, statuses, redirects and cookies as PHP says', async () => {
      const head = await ask({ method: 'HEAD', target: '/server.php' });
      expect([head.status, head.body.length, head.isComplete]).toEqual([200, 0, true]);
      expect((await ask({ target: '/status.php?code=418' })).status).toBe(418);
      expect((await ask({ target: '/status.php?code=204' })).status).toBe(204);
      expectResponse(await ask({ target: '/moved.php' }), {
        status: 302,
        headers: { location: ['/elsewhere'] },
      });
      expectResponse(await ask({ target: '/cookies.php' }), {
        status: 200,
        headers: { 'set-cookie': ['a=1', 'b=2'] },
      });
    });

    it('takes a form', async () => {
      const body = { sizeBytes: 17, blocks: [Buffer.from('colour=red&size=4')] };
      const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
      expect(text(await ask({ method: 'POST', target: '/form.php', headers, body }))).toBe('red 4');
    });

    const LARGE = 20 * 1024 * 1024;

    it.each([LARGE, null])('takes 20 MiB up, announced as %s', async (sizeBytes) => {
      const body = { sizeBytes, blocks: patternBlocks(LARGE) };
      const answer = await ask({ method: 'POST', target: '/digest.php', body });
      expect(text(answer)).toBe(`${LARGE} ${patternDigest(LARGE)}`);
    });

    it('brings 20 MiB down', async () => {
      const { body } = await ask({ target: `/zeros.php?size=${LARGE}` });
      expect(digest(body)).toBe(digest(Buffer.alloc(LARGE)));
    });

    it('passes what PHP flushes on', async () => {
      expect(text(await ask({ target: '/flush.php' }))).toBe('piece 0\npiece 1\npiece 2\n');
    });

    it('logs what PHP logs, on lines of its own', async () => {
      expect(text(await ask({ target: '/errors.php' }))).toBe('still here');
      await relay.process.line(/"source":"upstream".*logged on purpose/);
    });

    it('passes on that a script failed or is not there', async () => {
      expect((await ask({ target: '/fatal.php' })).status).toBe(500);
      expect((await ask({ target: '/nothing.php' })).status).toBe(404);
    });

    it('runs nothing outside of the document root', async () => {
      for (const target of ['/../../etc/passwd.php', '/%2e%2e/x.php', '/a/%2e%2e/%2e%2e/x.php']) {
        expect([400, 404]).toContain((await ask({ target })).status);
      }
    });

    it('lets go of a script whose client has gone', async () => {
      for (let times = 0; times < 6; times++) {
        const connection = await RawConnection.open({ port });
        await connection.send(formatHead({ target: '/forever.php' }));
        await connection.read();
        connection.close();
      }
      // Three processes: none of the six is stuck.
      expect(text(await ask({ target: '/zeros.php?size=1' }))).toBe('\0');
    });

    it('serves many requests at once', async () => {
      const answers = await Promise.all(Array.from({ length: 60 }, () => ask({ target: '/flush.php' })));
      expect(new Set(answers.map(text))).toEqual(new Set(['piece 0\npiece 1\npiece 2\n']));
    });
  });
});
