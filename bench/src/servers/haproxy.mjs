// HAProxy with one thread in front of one backend, the same for every peer but for the protocol.
import { freePort } from '../stage/ports.mjs';
import { program } from '../stage/requirements.mjs';

export const haproxy = program({
  name: 'HAProxy',
  command: 'haproxy',
  args: ['-v'],
  pattern: /version (\S+)/,
  debian: ['haproxy'],
});

/**
 * Starts HAProxy and returns the URL it will answer at. Connections are kept where the backend keeps them.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {{protocol: 'fastcgi' | 'http', socket: string, isKept: boolean}} backend The path of its Unix socket, and
 *   whether it takes a second request on a connection.
 */
export async function startHaproxy(stage, { protocol, socket, isKept }) {
  const port = await freePort();
  const isFastCgi = protocol === 'fastcgi';
  const config = stage.write(
    'haproxy.cfg',
    `global
  maxconn 8192
  nbthread 1
defaults
  mode http
  timeout connect 60s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:${port} backlog 4096
  default_backend back
backend back
  ${isKept ? 'http-reuse always' : 'option http-server-close\n  http-reuse never'}
  ${isFastCgi ? 'use-fcgi-app app' : ''}
  server one ${socket} ${isFastCgi ? 'proto fcgi' : ''}
${isFastCgi ? `fcgi-app app\n  docroot ${stage.directory}\n  option keep-conn` : ''}
`,
  );
  stage.spawn({
    name: 'haproxy',
    command: 'haproxy',
    args: ['-db', '-f', config],
    roleOf: () => 'web server',
  });
  return `http://127.0.0.1:${port}/`;
}
