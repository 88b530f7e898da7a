// TLS ends at the web server; what it knows of it reaches the application over AJP.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from '@jest/globals';
import { bedOfSuite } from '../harness/bed.ts';
import { describeWith, programPart } from '../harness/require.ts';
import { apacheParts } from '../harness/servers/apache.ts';
import { startApacheAjp, type Connector } from '../harness/servers/apache-ajp.ts';
import { lighttpdParts } from '../harness/servers/lighttpd.ts';
import { startLighttpdAjp } from '../harness/servers/lighttpd-ajp.ts';
import { startAjpGateway } from '../paths/ajp-listener.ts';
import { environOverTls, makeCertificates, type Certificates } from '../harness/certificates.ts';

const ATTRIBUTES = 'allowed_attributes = ["SSL_CLIENT_S_DN_CN"]';

// How each module is told to pass on one more variable.
const PASSING: Readonly<Record<Connector, readonly string[]>> = {
  proxy_ajp: ['RewriteEngine On', 'RewriteRule . - [E=AJP_SSL_CLIENT_S_DN_CN:%{SSL:SSL_CLIENT_S_DN_CN}]'],
  jk: ['JkExtractSSL On', 'JkOptions +ForwardKeySize', 'JkEnvVar SSL_CLIENT_S_DN_CN ""'],
};

for (const connector of ['proxy_ajp', 'jk'] as const) {
  describeWith([...apacheParts(connector), programPart('openssl')], `TLS at Apache, mod_${connector}`, () => {
    const bed = bedOfSuite();
    let port = 0;
    let certificates: Certificates;
    beforeAll(async () => {
      certificates = makeCertificates(bed.site);
      const container = await bed.reservePort();
      port = await bed.reservePort();
      await startAjpGateway(
        bed,
        {},
        { address: `127.0.0.1:${container}`, lines: [ATTRIBUTES], packetBytes: 65_536 },
      );
      await startApacheAjp(bed, {
        connector,
        port,
        container,
        packetBytes: 65_536,
        tls: {
          certificate: certificates.server,
          key: certificates.serverKey,
          clientAuthority: certificates.authority,
        },
        modules: ['rewrite'],
        lines: PASSING[connector],
      });
    }, 60_000);

    it('tells of the connection, and of no client certificate where there is none', async () => {
      const environ = await environOverTls(port, certificates, false);
      expect(environ).toMatchObject({
        HTTPS: 'on',
        REQUEST_SCHEME: 'https',
        'wsgi.url_scheme': 'https',
        SERVER_PORT: String(port),
        SERVER_ADDR: '127.0.0.1',
        REMOTE_PORT: expect.stringMatching(/^\d+$/),
        SSL_PROTOCOL: 'TLSv1.3',
        SSL_CIPHER: expect.stringMatching(/^TLS_/),
        SSL_CIPHER_USEKEYSIZE: expect.stringMatching(/^(128|256)$/),
      });
      expect(environ).not.toHaveProperty('SSL_CLIENT_CERT');
    });

    it('passes on the certificate of the client, and what the web server read in it', async () => {
      const environ = await environOverTls(port, certificates, true);
      const pem = readFileSync(certificates.client, 'utf8');
      expect(environ['SSL_CLIENT_CERT']?.trim()).toBe(pem.trim());
      expect(environ).toMatchObject({ SSL_CLIENT_S_DN_CN: 'Alice' });
    });
  });
}

describeWith([...lighttpdParts('mod_ajp13'), programPart('openssl')], 'TLS at lighttpd', () => {
  const bed = bedOfSuite();
  let port = 0;
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = makeCertificates(bed.site);
    const container = bed.site.path('ajp');
    port = await bed.reservePort();
    await startAjpGateway(bed, {}, { address: `unix:${container}`, secret: 's3cret' });
    await startLighttpdAjp(bed, { port, container, secret: 's3cret', tls: certificates.serverBoth });
  }, 60_000);

  it('tells of the connection, and sends the secret', async () => {
    const environ = await environOverTls(port, certificates, false);
    expect(environ).toMatchObject({
      HTTPS: 'on',
      'wsgi.url_scheme': 'https',
      SERVER_PORT: String(port),
      SSL_CIPHER: expect.stringMatching(/^TLS_/),
    });
  });
});
