// Not Python, so no rivals: what stands in the same places elsewhere, answering hello world.
import { apache, startApache } from '../servers/apache.mjs';
import { nginx, startNginx } from '../servers/nginx.mjs';
import { phpFpm, startPhpFpm } from '../servers/php-fpm.mjs';
import { startTomcat, tomcat } from '../servers/tomcat.mjs';
import { freePort } from '../stage/ports.mjs';

const serves = ({ workload }) => workload.name === 'hello';

/** A process of php-fpm serves one connection until it closes, so they are not kept. @type {import('./peer.mjs').Peer} */
export const nginxPhp = {
  name: 'php',
  label: 'PHP: php-fpm, fastcgi_pass',
  path: 'nginx',
  needs: [nginx, phpFpm],
  serves,
  async start(stage, setup) {
    const socket = stage.path('fastcgi');
    const script = startPhpFpm(stage, setup, socket);
    const backend = { protocol: 'fastcgi', upstream: `unix:${socket}`, isKept: false };
    return startNginx(stage, backend, { lines: [`fastcgi_param SCRIPT_FILENAME ${script};`] });
  },
};

/** However many processes the others have, it has one, with many threads. @type {import('./peer.mjs').Peer} */
export const apacheTomcat = {
  name: 'tomcat',
  label: 'Java: Tomcat, mod_proxy_ajp',
  path: 'apache',
  needs: [apache, tomcat],
  serves,
  async start(stage, setup) {
    const address = `127.0.0.1:${await freePort()}`;
    startTomcat(stage, setup, address);
    const lines = [`ProxyPass / ajp://${address}/answer.jsp enablereuse=on`];
    return startApache(stage, { modules: ['proxy', 'proxy_ajp'], lines });
  },
};
