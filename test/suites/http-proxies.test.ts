// HTTP behind proxies that say who the client is: believed where they are trusted, and nowhere else.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { withBed, type TestBed } from '../harness/bed.ts';
import { makeCertificates } from '../harness/certificates.ts';
import { startGateway, type Gateway } from '../harness/gateway.ts';
import { exchange, formatHead, json, readResponse, type HttpRequest } from '../harness/http.ts';
import { RawConnection, type Address } from '../harness/raw-connection.ts';
import { describeWith, programPart } from '../harness/require.ts';
import { startNginx } from '../harness/servers/nginx.ts';
import { expectResponse } from '../cases/case.ts';

/** A gateway with one HTTP listener that has these lines. */
async function serve(bed: TestBed, ...lines: readonly string[]): Promise<{ gateway: Gateway; port: number }> {
  const port = await bed.reservePort();
  const listen = [{ protocol: 'http', address: `127.0.0.1:${port}`, lines }] as const;
  const gateway = await startGateway(bed, { listen, processes: 1 });
  return { gateway, port };
}

/** What the application is told of a request with these headers. */
async function environ(
  address: Address,
  headers: HttpRequest['headers'] = [],
  target = '/environ',
): Promise<Record<string, unknown>> {
  const response = await exchange(address, { target, headers });
  expectResponse(response, { status: 200 });
  return json(response) as Record<string, unknown>;
}

const FORWARDED = [
  ['X-Forwarded-For', '1.1.1.1, 192.0.2.7'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Host', 'evil.example'],
  ['Forwarded', 'for=6.6.6.6'],
  ['X-Real-IP', '6.6.6.6'],
] as const;

describe('headers of a proxy', () => {
  it('that is trusted say who the client is, as far as it sets them', () =>
    withBed(async (bed) => {
      const { port } = await serve(bed, 'trusted = ["127.0.0.1"]');
      const seen = await environ({ port }, FORWARDED);
      expect(seen).toMatchObject({
        REMOTE_ADDR: '192.0.2.7',
        HTTPS: 'on',
        'wsgi.url_scheme': 'https',
        HTTP_HOST: 'localhost',
        HTTP_X_FORWARDED_FOR: '1.1.1.1, 192.0.2.7',
      });
      expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['HTTP_X_FORWARDED_HOST']));
      expect(Object.keys(seen).filter((name) => /FORWARDED$|REAL_IP/.test(name))).toEqual([]);
    }));

  it('that is not trusted say nothing, and the log says so once', () =>
    withBed(async (bed) => {
      const { gateway, port } = await serve(bed);
      for (let index = 0; index < 2; index++) {
        const seen = await environ({ port }, FORWARDED);
        expect(seen).toMatchObject({ REMOTE_ADDR: '127.0.0.1', 'wsgi.url_scheme': 'http' });
        expect(Object.keys(seen).filter((name) => /FORWARDED|REAL_IP/.test(name))).toEqual([]);
      }
      const told = await gateway.logged({ code: 'SLUICE_HEADER_LEFT_OUT' }, 5);
      expect(told.map(({ header }) => header)).toEqual([
        'forwarded',
        'x-forwarded-for',
        'x-forwarded-proto',
        'x-forwarded-host',
        'x-real-ip',
      ]);
    }));

  it('may name the prefix that it has cut off', () =>
    withBed(async (bed) => {
      const { port } = await serve(bed, 'trusted = ["127.0.0.1"]', 'forwarded = ["x-forwarded-prefix"]');
      const seen = await environ({ port }, [['X-Forwarded-Prefix', '/app/']], '/environ/a%20b');
      expect(seen).toMatchObject({
        SCRIPT_NAME: '/app',
        PATH_INFO: '/environ/a b',
        REQUEST_URI: '/app/environ/a%20b',
      });
      expect(await environ({ port })).toMatchObject({ SCRIPT_NAME: '', PATH_INFO: '/environ' });
    }));

  it('that make no sense are refused', () =>
    withBed(async (bed) => {
      const { gateway, port } = await serve(bed, 'trusted = ["127.0.0.1"]');
      gateway.expectLog(/SLUICE_BAD_REQUEST/);
      const response = await exchange(
        { port },
        { target: '/environ', headers: [['X-Forwarded-Proto', 'gopher']] },
      );
      expect(response.status).toBe(400);
    }));
});

describeWith([programPart('nginx')], 'nginx with proxy_set_header', () => {
  it.each(['tcp', 'unix'] as const)('tells the client over %s', (transport) =>
    withBed(async (bed) => {
      const place = transport === 'unix' ? bed.site.path('http') : `127.0.0.1:${await bed.reservePort()}`;
      const trusted = transport === 'unix' ? 'unix' : '127.0.0.1';
      const address = transport === 'unix' ? `unix:${place}` : place;
      const listen = [{ protocol: 'http', address, lines: [`trusted = ["${trusted}"]`] }] as const;
      await startGateway(bed, { listen, processes: 1 });
      const port = await bed.reservePort();
      const url = transport === 'unix' ? `http://unix:${place}:` : `http://${place}`;
      // The address of a client that is not on this machine.
      const http = `server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass ${url};
          proxy_set_header Host $http_host;
          proxy_set_header X-Forwarded-For "$http_x_forwarded_for, 192.0.2.9";
          proxy_set_header X-Forwarded-Proto https;
        }
      }`;
      await startNginx(bed, { port, http });
      const seen = await environ({ port }, [['X-Forwarded-For', '6.6.6.6']]);
      expect(seen).toMatchObject({ REMOTE_ADDR: '192.0.2.9', 'wsgi.url_scheme': 'https' });
    }),
  );
});

describe('the PROXY protocol', () => {
  it('says who the client is, to the application and to trust', () =>
    withBed(async (bed) => {
      const { port } = await serve(bed, 'proxy_protocol = true', 'trusted = ["10.0.0.1"]');
      const ask = async (client: string): Promise<unknown> => {
        const connection = await RawConnection.open({ port });
        await connection.send(`PROXY TCP4 ${client} 203.0.113.7 56324 8080\r\n`);
        const headers = [['X-Forwarded-For', '192.0.2.7']] as const;
        await connection.send(formatHead({ target: '/environ', headers }));
        const response = await readResponse(connection);
        connection.close();
        return response && json(response);
      };
      expect(await ask('192.0.2.1')).toMatchObject({
        REMOTE_ADDR: '192.0.2.1',
        REMOTE_PORT: '56324',
        SERVER_PORT: '8080',
      });
      expect(await ask('10.0.0.1')).toMatchObject({ REMOTE_ADDR: '192.0.2.7' });
    }));
});

describe('Expect: 100-continue', () => {
  it('with a body that is too large is refused before the body is sent', () =>
    withBed(async (bed) => {
      const { gateway, port } = await serve(bed);
      gateway.expectLog(/SLUICE_BODY_TOO_LARGE/);
      const connection = await RawConnection.open({ port });
      const headers = [
        ['Content-Length', '99999999999999'],
        ['Expect', '100-continue'],
      ] as const;
      await connection.send(formatHead({ method: 'POST', target: '/echo', headers }));
      expect((await connection.readUntil('\r\n'))?.toString()).toMatch(/^HTTP\/1\.1 413 /);
      connection.close();
    }));
});

describeWith([programPart('openssl')], 'a certificate', () => {
  it('is replaced at SIGHUP, and nobody notices', () =>
    withBed(async (bed) => {
      const { server, serverKey, client, clientKey } = makeCertificates(bed.site);
      const certificate = bed.site.write('live.pem', readFileSync(server, 'utf8'));
      const key = bed.site.write('live.key', readFileSync(serverKey, 'utf8'));
      const tls = `tls = { certificate = ${JSON.stringify(certificate)}, key = ${JSON.stringify(key)} }`;
      const { gateway, port } = await serve(bed, tls);
      const subject = async (): Promise<unknown> => {
        const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
        await once(socket, 'secureConnect');
        const { CN } = socket.getPeerCertificate().subject;
        socket.destroy();
        return CN;
      };
      const kept = await RawConnection.open({ port, isEncrypted: true });
      expect(await subject()).toBe('localhost');
      bed.site.write('live.pem', readFileSync(client, 'utf8'));
      bed.site.write('live.key', readFileSync(clientKey, 'utf8'));
      process.kill(gateway.pid, 'SIGHUP');
      await gateway.process.line(/certificate read again/);
      await gateway.process.line(/"message":"reloaded/);
      expect(await subject()).toBe('Alice');
      await kept.send(formatHead({ target: '/hello' }));
      expect((await readResponse(kept))?.status).toBe(200);
      kept.close();
    }));
});
