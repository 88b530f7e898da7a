// Sluice in the shapes that the axes need.
import { startNginx } from '../servers/nginx.mjs';
import { startSluice, startSluiceWith } from '../servers/sluice.mjs';
import { freePort } from '../stage/ports.mjs';
import { hello } from '../workloads/hello.mjs';

/** Room for everybody, so that nothing is refused. */
const ROOMY = ['--queue-length', '4096', '--queue-timeout', '60s', '--backlog', '4096'];
const roomy = (gateways) => [...ROOMY, '--gateways', `${gateways}`];
const BODY_MAX = '2GiB';

/** Behind nginx by FastCGI, over as many kept connections as there are clients. */
export async function nginxKept(stage, processes, gateways = 1) {
  const upstream = `unix:${stage.path('fastcgi')}`;
  startSluice(stage, { workload: hello, processes }, ['--fastcgi', upstream], roomy(gateways));
  const backend = { protocol: 'fastcgi', upstream, isKept: true };
  return startNginx(stage, backend, { connections: 8192, kept: 2048 });
}

/** By itself. */
export async function direct(stage, processes, gateways = 1) {
  const address = `127.0.0.1:${await freePort()}`;
  startSluice(stage, { workload: hello, processes }, ['--http', address], roomy(gateways));
  return `http://${address}/`;
}

const listen = (address) => ['[[listen]]', 'protocol = "http"', `address = "${address}"`];

/** With routes `/part1/`, `/part2/` ... to pools in turn. */
export async function routed(stage, { routes, pools }) {
  const address = `127.0.0.1:${await freePort()}`;
  const numbers = (count) => Array.from({ length: count }, (_, index) => index + 1);
  const processes = pools === 1 ? 2 : 1;
  startSluiceWith(stage, { workload: hello }, [
    ...listen(address),
    ...numbers(pools).flatMap((pool) => [`[pool.pool${pool}]`, `processes = ${processes}`]),
    ...numbers(routes).flatMap((route) => [
      '[[route]]',
      `path = "/part${route}/"`,
      `to = "pool:pool${((route - 1) % pools) + 1}"`,
    ]),
  ]);
  return `http://${address}/`;
}

/** With an application that sends and takes bodies of any size. */
export async function bodies(stage) {
  const address = `127.0.0.1:${await freePort()}`;
  startSluiceWith(stage, { workload: { application: 'bodies.py' } }, [
    ...listen(address),
    '[pool.default]',
    'processes = 2',
    '[body]',
    `max = "${BODY_MAX}"`,
    '[reply]',
    `max = "${BODY_MAX}"`,
  ]);
  return `http://${address}/`;
}
