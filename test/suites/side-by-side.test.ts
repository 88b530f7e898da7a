// One site of three languages: a WSGI application, php-fpm and Tomcat on one address, behind nginx.
import { chmodSync } from 'node:fs';
import { beforeAll, expect, it } from '@jest/globals';
import { expectResponse } from '../cases/case.ts';
import { bedOfSuite } from '../harness/bed.ts';
import { startGateway } from '../harness/gateway.ts';
import { exchange, json, text, type HttpResponse } from '../harness/http.ts';
import { describeWith, programPart } from '../harness/require.ts';
import { startGenerated } from '../harness/servers/generated.ts';
import { phpFpmPart, startPhpFpm } from '../harness/servers/php-fpm.ts';
import { startTomcat, tomcatParts } from '../harness/servers/tomcat.ts';
import { tomcatPages } from './ajp-tomcat-pages.ts';

const SECRET = 's3cret';
const WHO = `<?php header('Content-Type: application/json'); echo json_encode(['php' => PHP_MAJOR_VERSION] + $_SERVER);`;

describeWith([phpFpmPart, programPart('nginx'), ...tomcatParts], 'WSGI, PHP and Java on one address', () => {
  const bed = bedOfSuite();
  let port = 0;
  beforeAll(async () => {
    const php = await startPhpFpm(bed, { scripts: { 'who.php': WHO, 'index.php': WHO }, processes: 2 });
    const tomcatPort = await bed.reservePort();
    await startTomcat(bed, {
      port: tomcatPort,
      secret: SECRET,
      packetBytes: 8192,
      pages: tomcatPages,
      elsewhere: 'elsewhere.jsp',
      expectedLog: [],
    });
    const secret = bed.site.write('tomcat.secret', `${SECRET}\n`);
    chmodSync(secret, 0o600);
    await startGateway(bed, {
      listen: [{ protocol: 'fastcgi', address: `unix:${bed.site.path('fastcgi.sock')}` }],
      processes: 1,
      toml: [
        '[[route]]',
        'path = "/php"',
        'mount = "/php"',
        'to = "upstream:php"',
        '[[route]]',
        'path = "/hello.jsp"',
        'to = "upstream:tomcat"',
        '[upstream.php]',
        'protocol = "fastcgi"',
        `servers = ["${php.address}"]`,
        // The scripts are in its directory "php", as they are below "/php" for everybody else.
        `document_root = ${JSON.stringify(bed.site.directory)}`,
        '[upstream.tomcat]',
        'protocol = "ajp"',
        `servers = ["127.0.0.1:${tomcatPort}"]`,
        `secret_file = ${JSON.stringify(secret)}`,
      ],
    });
    port = await bed.reservePort();
    await startGenerated(bed, { server: 'nginx', port, config: bed.site.path('sluice.toml') });
  }, 120_000);

  const ask = (target: string): Promise<HttpResponse> => exchange({ port }, { target });

  it('each has its part of the site', async () => {
    expect(json(await ask('/environ/x'))).toMatchObject({ SCRIPT_NAME: '', PATH_INFO: '/environ/x' });
    expectResponse(await ask('/php/who.php/42?x=1'), {
      status: 200,
      json: { php: 8, SCRIPT_NAME: '/php/who.php', PATH_INFO: '/42', QUERY_STRING: 'x=1' },
    });
    expectResponse(await ask('/php/posts/7'), {
      status: 200,
      json: { php: 8, SCRIPT_NAME: '/php/index.php', PATH_INFO: '/posts/7' },
    });
    expect(text(await ask('/hello.jsp?name=Ada'))).toContain('Ada');
  });

  it('all of them at once, again and again', async () => {
    const targets = Array.from({ length: 60 }, (_, at) => ['/hello', '/php/who.php', '/hello.jsp'][at % 3]);
    const answers = await Promise.all(targets.map((target = '/') => ask(target)));
    expect(answers.map(({ status }) => status)).toEqual(targets.map(() => 200));
  });
});
