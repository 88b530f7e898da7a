// Makes the protocol that the servers of an upstream speak, from its configuration.

import { AjpProtocol } from '../backends/upstreams/ajp.ts';
import { DialectProtocol } from '../backends/upstreams/dialect.ts';
import { FastCgiProtocol } from '../backends/upstreams/fastcgi.ts';
import { HttpProtocol } from '../backends/upstreams/http.ts';
import type { UpstreamProtocol } from '../backends/upstreams/protocol.ts';
import { SCGI } from '../backends/upstreams/scgi.ts';
import { UWSGI } from '../backends/upstreams/uwsgi.ts';
import { knownForwarding } from '../config/forwarding-headers.ts';
import { readSecret } from '../config/secret-file.ts';
import type { UpstreamConfig } from '../config/types.ts';

/** The packet size of AJP that containers have unless told otherwise. */
const AJP_PACKET_BYTES = 8192;

/** The protocol of an upstream. Throws if its secret cannot be read. */
export function makeProtocol(config: UpstreamConfig): UpstreamProtocol {
  switch (config.protocol) {
    case 'fastcgi':
      return new FastCgiProtocol((config.keepAliveCount ?? 0) > 0, config.documentRoot !== null);
    case 'ajp':
      return new AjpProtocol({
        secret: config.secretFile === null ? null : secretOf(config.secretFile),
        packetBytes: config.packetBytes ?? AJP_PACKET_BYTES,
      });
    case 'scgi':
      return new DialectProtocol(SCGI);
    case 'uwsgi':
      return new DialectProtocol(UWSGI);
    case 'http':
      return new HttpProtocol({
        keepsConnections: config.keepAliveCount !== 0,
        forwarding: { mode: config.forwarding ?? 'replace', headers: knownForwarding },
      });
  }
}

function secretOf(path: string): string {
  const secret = readSecret(path);
  if ('reason' in secret) throw new Error(`${path}: ${secret.reason}`);
  return secret.value;
}
