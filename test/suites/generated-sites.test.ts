// What `sluice config` prints for more than one plain application: mount points, static files, several gateways.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { expectResponse } from '../cases/case.ts';
import { bedOfSuite, withBed, type TestBed } from '../harness/bed.ts';
import { spawnGateway, startGateway, type Listen } from '../harness/gateway.ts';
import { exchange, headerValues, text } from '../harness/http.ts';
import { describeWith } from '../harness/require.ts';
import { partsOf, startGenerated, type WebServerName } from '../harness/servers/generated.ts';

const servers: readonly (readonly [WebServerName, Listen['protocol']])[] = [
  ['nginx', 'fastcgi'],
  ['apache', 'fastcgi'],
  ['lighttpd', 'fastcgi'],
  ['haproxy', 'fastcgi'],
  ['caddy', 'http'],
];

/** What web servers log of requests for what is not there. */
const MISSING = [/not found|No such file|AH00128|AH01630|access forbidden/];

function writeFiles(bed: TestBed): string {
  const directory = bed.site.makeDirectory('static files');
  chmodSync(bed.site.directory, 0o711);
  mkdirSync(join(directory, 'deep'));
  writeFileSync(join(directory, 'app.css'), 'body {}\n');
  writeFileSync(join(directory, 'deep', 'index.html'), '<p>deep</p>\n');
  writeFileSync(join(directory, '.secret'), 'secret\n');
  return directory;
}

for (const [server, protocol] of servers) {
  describeWith(partsOf(server), `${server} with an application below a path and files of its own`, () => {
    const bed = bedOfSuite();
    let port = 0;
    beforeAll(async () => {
      const directory = writeFiles(bed);
      const toml = [
        '[[static]]',
        'path = "/app/static/"',
        `directory = ${JSON.stringify(directory)}`,
        'index = "index.html"',
        'cache_control = "max-age=77"',
        '[[route]]',
        'path = "/app/static/environ"',
        'to = "pool:default"',
      ];
      const address = `127.0.0.1:${await bed.reservePort()}`;
      await startGateway(bed, {
        listen: [{ protocol, address, mount: '/app' }],
        processes: 1,
        toml,
        expectedLog: [/SLUICE_NOT_MOUNTED/],
      });
      port = await bed.reservePort();
      const config = bed.site.path('sluice.toml');
      await startGenerated(bed, { server, port, config, expectedLog: MISSING });
    }, 60_000);

    it.each([
      ['/app/environ/a%20b?q=1', '/environ/a b'],
      ['/app/static/environ', '/static/environ'],
    ])('passes %s on', async (target, pathInfo) => {
      const response = await exchange({ port }, { target });
      if (target.startsWith('/app/environ')) {
        expectResponse(response, { status: 200, json: { SCRIPT_NAME: '/app', PATH_INFO: pathInfo } });
      } else {
        // The application knows no such page, and says so: it was asked.
        expect([response.status, text(response)]).toEqual([404, expect.not.stringContaining('<html')]);
      }
    });

    it.each(['/', '/environ', '/application/environ'])(
      'does not take %s for the application',
      async (target) => {
        // HAProxy has nobody to ask then, Caddy nothing to say, and lighttpd a directory of its own.
        expect([404, 503, 200, 403]).toContain((await exchange({ port }, { target })).status);
        expect(text(await exchange({ port }, { target }))).not.toContain('SCRIPT_NAME');
      },
    );

    it('sends files', async () => {
      const file = await exchange({ port }, { target: '/app/static/app.css' });
      expectResponse(file, {
        status: 200,
        text: 'body {}\n',
        headers: { 'cache-control': ['max-age=77'] },
      });
      expect(headerValues(file, 'content-type')[0]).toMatch(/^text\/css/);
      expect(text(await exchange({ port }, { target: '/app/static/deep/' }))).toBe('<p>deep</p>\n');
    });

    it.each(['/app/static/.secret', '/app/static/missing.css', '/app/static/%2e%2e/sluice.toml'])(
      'does not send %s',
      async (target) => {
        const response = await exchange({ port }, { target });
        expect([400, 403, 404]).toContain(response.status);
        expect(text(response)).not.toMatch(/^secret|\[app\]/);
      },
    );
  });
}

describe('several gateways', () => {
  // What happens to a request whose gateway answers 503: asked again elsewhere, or not.
  const asksAgain: readonly WebServerName[] = ['nginx', 'haproxy'];
  for (const [server, protocol] of servers) {
    describeWith(partsOf(server), `behind ${server}`, () => {
      it('answer for one that is not there', () =>
        withBed(async (bed) => {
          const port = await startTwo(bed, server, protocol, false);
          const statuses = await ask(port, 40);
          expect(statuses.filter((status) => status !== 200)).toEqual([]);
        }));

      const name = asksAgain.includes(server)
        ? 'answer for one that is overloaded'
        : 'leave out one that is overloaded';
      it(name, () =>
        withBed(async (bed) => {
          const port = await startTwo(bed, server, protocol, true);
          const statuses = await ask(port, 40);
          const isAnswered = asksAgain.includes(server);
          expect(statuses.filter((status) => ![200, ...(isAnswered ? [] : [503])].includes(status))).toEqual(
            [],
          );
          expect(statuses).toContain(200);
        }),
      );
    });
  }
});

/** A gateway that answers, and an address where nobody does, or somebody who only says 503. */
async function startTwo(
  bed: TestBed,
  server: WebServerName,
  protocol: Listen['protocol'],
  isOverloaded: boolean,
): Promise<number> {
  const [good, bad, port] = [await bed.reservePort(), await bed.reservePort(), await bed.reservePort()];
  if (isOverloaded) {
    const listen = [{ protocol, address: `127.0.0.1:${bad}` }];
    const broken = { listen, processes: 1, target: 'no_such_module:application', expectedLog: [/./] };
    await spawnGateway(bed, broken).process.line(/"message":"ready"/);
  }
  await startGateway(bed, { listen: [{ protocol, address: `127.0.0.1:${good}` }], processes: 1 });
  await startGenerated(bed, {
    server,
    port,
    config: bed.site.path('sluice.toml'),
    words: ['--protocol', protocol, '--gateway', `127.0.0.1:${bad}`, '--gateway', `127.0.0.1:${good}`],
    expectedLog: [/./],
  });
  return port;
}

async function ask(port: number, count: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let asked = 0; asked < count; asked++) {
    statuses.push((await exchange({ port }, { target: '/hello' })).status);
  }
  return statuses;
}
