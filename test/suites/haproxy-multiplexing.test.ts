// HAProxy with `option mpxs-conns`: several requests at a time over one FastCGI connection.
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { until } from '../harness/deadline.ts';
import { readResponse, text } from '../harness/http.ts';
import { beginStaged } from '../harness/staged-request.ts';
import { describeWith } from '../harness/require.ts';
import { haproxyMultiplexed } from '../paths/haproxy.ts';
import { frontOfSuite } from './describe-path.ts';

const ESTABLISHED = '01';
const REQUESTS = 4;

/** Connections that somebody has to a TCP port of this machine. */
function connectionsTo(port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = '', state]) => remote.endsWith(wanted) && state === ESTABLISHED).length;
}

describeWith(haproxyMultiplexed.needs, `over ${haproxyMultiplexed.name}`, () => {
  const front = frontOfSuite(haproxyMultiplexed, {
    processes: 1,
    threads: REQUESTS,
    pool: ['reserve = 0'],
  });

  it(`${REQUESTS} requests run at a time over one connection, and end in any order`, async () => {
    const { site } = front();
    const gatewayPort = Number(
      /address = "127\.0\.0\.1:(\d+)"/.exec(readFileSync(site.path('sluice.toml'), 'utf8'))?.[1],
    );
    const held = [];
    for (let count = 0; count < REQUESTS; count++) held.push(await beginStaged(front(), '/holds'));
    await until('one connection', () => (connectionsTo(gatewayPort) === 1 ? true : undefined));
    for (const { actor, connection } of held.reverse()) {
      actor.say('go on');
      const response = await readResponse(connection);
      expect(response && text(response)).toBe('held\n');
      connection.close();
    }
  });
});
