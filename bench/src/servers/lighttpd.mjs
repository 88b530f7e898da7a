// lighttpd in front of one backend, the same for every peer but for the protocol. It keeps no connections to a backend.
import { freePort } from '../stage/ports.mjs';
import { program } from '../stage/requirements.mjs';

export const lighttpd = program({
  command: 'lighttpd',
  args: ['-v'],
  pattern: /lighttpd\/(\S+)/,
  debian: ['lighttpd'],
});

const server = (host) => `( "" => (( ${host}, "check-local" => "disable" )) )`;

/** The lines for a Unix socket, by protocol. */
const PASS = {
  fastcgi: (socket) => ['mod_fastcgi', `fastcgi.server = ${server(`"socket" => "${socket}"`)}`],
  scgi: (socket) => ['mod_scgi', `scgi.server = ${server(`"socket" => "${socket}"`)}`],
  uwsgi: (socket) => [
    'mod_scgi',
    `scgi.protocol = "uwsgi"\nscgi.server = ${server(`"socket" => "${socket}"`)}`,
  ],
  ajp: (socket) => ['mod_ajp13', `ajp13.server = ${server(`"host" => "${socket}"`)}`],
  http: (socket) => ['mod_proxy', `proxy.server = ${server(`"host" => "${socket}"`)}`],
};

/**
 * Starts lighttpd and returns the URL it will answer at.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {{protocol: keyof typeof PASS, socket: string}} backend The path of its Unix socket.
 */
export async function startLighttpd(stage, { protocol, socket }) {
  const port = await freePort();
  const [module, lines] = PASS[protocol](socket);
  const config = stage.write(
    'lighttpd.conf',
    `server.document-root = "${stage.makeDirectory('empty')}"
server.errorlog = "${stage.path('lighttpd-error.log')}"
server.upload-dirs = ( "${stage.makeDirectory('uploads')}" )
server.bind = "127.0.0.1"
server.port = ${port}
server.listen-backlog = 4096
server.max-fds = 8192
server.max-keep-alive-requests = 65535
server.max-request-field-size = 65536
server.modules = ( "${module}" )
${lines}
`,
  );
  stage.spawn({
    name: 'lighttpd',
    command: 'lighttpd',
    args: ['-D', '-f', config],
    roleOf: () => 'web server',
  });
  return `http://127.0.0.1:${port}/`;
}
