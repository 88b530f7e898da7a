// Certificates for tests: an authority, a server that is localhost, and a client named Alice. Made by openssl.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { program } from './require.ts';
import type { Site } from './site.ts';

/** Paths of PEM files. */
export interface Certificates {
  readonly authority: string;
  readonly server: string;
  readonly serverKey: string;
  /** Certificate and key of the server in one file. */
  readonly serverBoth: string;
  readonly client: string;
  readonly clientKey: string;
}

/** Makes them in a site. */
export function makeCertificates(site: Site): Certificates {
  const authority = site.path('ca.pem');
  const authorityKey = site.path('ca.key');
  openssl(
    'req',
    '-x509',
    ...NEW_KEY,
    '-subj',
    '/CN=Test',
    '-days',
    '2',
    '-keyout',
    authorityKey,
    '-out',
    authority,
  );
  const issue = (name: string, subject: string): { certificate: string; key: string } => {
    const [certificate, key] = [site.path(`${name}.pem`), site.path(`${name}.key`)];
    const end = ['-addext', 'basicConstraints=critical,CA:FALSE'];
    const signed = ['-CA', authority, '-CAkey', authorityKey, '-x509', '-days', '2', ...end];
    openssl('req', ...NEW_KEY, '-subj', subject, ...signed, '-keyout', key, '-out', certificate);
    return { certificate, key };
  };
  const server = issue('server', '/CN=localhost');
  const client = issue('client', '/O=Sluice/CN=Alice');
  const both = readFileSync(server.certificate, 'utf8') + readFileSync(server.key, 'utf8');
  return {
    authority,
    server: server.certificate,
    serverKey: server.key,
    serverBoth: site.write('both.pem', both),
    client: client.certificate,
    clientKey: client.key,
  };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** The variables that the application was given in a request over TLS, with the client's certificate or without. */
export async function environOverTls(
  port: number,
  certificates: Certificates,
  withCertificate: boolean,
): Promise<Record<string, string>> {
  const client = withCertificate
    ? { cert: readFileSync(certificates.client), key: readFileSync(certificates.clientKey) }
    : {};
  const asked = request({
    host: '127.0.0.1',
    port,
    path: '/environ',
    servername: 'localhost',
    ca: readFileSync(certificates.authority),
    agent: false,
    ...client,
  });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  let body = '';
  for await (const piece of response.setEncoding('utf8')) body += String(piece);
  return JSON.parse(body) as Record<string, string>;
}

function openssl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program('openssl'), args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}
