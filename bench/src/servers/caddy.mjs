// Caddy in front of one backend, the same for every peer but for the protocol. It keeps connections only over HTTP.
import { freePort } from '../stage/ports.mjs';
import { program } from '../stage/requirements.mjs';

export const caddy = program({
  name: 'Caddy',
  command: 'caddy',
  args: ['version'],
  pattern: /^v?(\d\S*)/,
  debian: ['caddy'],
});

/**
 * Starts Caddy and returns the URL it will answer at.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {{protocol: 'fastcgi' | 'http', socket: string, isKept: boolean}} backend The path of its Unix socket, and
 *   whether it takes a second request on a connection.
 */
export async function startCaddy(stage, { protocol, socket, isKept }) {
  const port = await freePort();
  const kept = isKept ? '' : 'keepalive off';
  const transport =
    protocol === 'fastcgi' ? `fastcgi {\n      root ${stage.directory}` : `http {\n      ${kept}`;
  const config = stage.write(
    'Caddyfile',
    `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  reverse_proxy unix/${socket} {
    transport ${transport}
    }
  }
}
`,
  );
  const home = stage.makeDirectory('caddy');
  stage.spawn({
    name: 'caddy',
    command: 'caddy',
    args: ['run', '--config', config, '--adapter', 'caddyfile'],
    env: { HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
    roleOf: () => 'web server',
  });
  return `http://127.0.0.1:${port}/`;
}
