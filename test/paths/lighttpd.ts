// Client -> lighttpd -> FastCGI or HTTP -> gateway; and a gateway that lighttpd starts.
import { expect } from '@jest/globals';
import { expectHealthy, row } from '../cases/case.ts';
import { chunked, exchange } from '../harness/http.ts';
import { behind } from './behind.ts';
import { instead } from './differences.ts';
import { spawned } from './spawned.ts';
import type { AnyPath, Difference } from './path.ts';

const climbing = instead(
  'a path that climbs out is refused',
  'lighttpd takes it for a path from the root',
  row('', { target: '/../environ' }, { status: 200, json: { PATH_INFO: '/environ' } }),
);

const fcgiDifferences: readonly Difference[] = [
  climbing,
  ...['a chunked upload', 'a chunked upload that is spooled'].map((of) =>
    instead(
      of,
      '411 where lighttpd passes bodies on as they come (stream-request-body), unless all of it came with the head',
      {
        run: async (front) => {
          const upload = { method: 'POST', target: '/digest', body: chunked('a', 'b') };
          expect([200, 411]).toContain((await exchange(front.address, upload)).status);
          await expectHealthy(front);
        },
      },
    ),
  ),
  instead(
    'an exception after the head breaks the response off',
    'lighttpd closes the connection; if it hears of the break before it has sent the head, nothing else shows it',
    {
      logs: [/raised after the head/],
      run: async (front) => {
        const { status, body } = await exchange(front.address, { target: '/raise-after-head' });
        expect([status, body.toString()]).toEqual([200, 'the beginning']);
        await expectHealthy(front);
      },
    },
  ),
];

const common = { server: 'lighttpd', differences: fcgiDifferences } as const;

const traits = { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: true };

/** What lighttpd says of a response that broke off. */
const expectedLog = [
  /unexpected end-of-file/,
  /header\.type not handled: 0/,
  /read\(\).*Connection reset/,
  /response already sent out, but backend returned error|response not received/,
];

/** lighttpd with mod_fastcgi, with mod_proxy, and with mod_fastcgi and `bin-path`. */
export const lighttpdPaths: readonly AnyPath[] = [
  ...(['unix', 'tcp'] as const).map((transport) =>
    behind({
      ...common,
      name: `lighttpd, FastCGI (${transport})`,
      protocol: 'fastcgi',
      transport,
      traits,
      expectedLog,
    }),
  ),
  behind({
    ...common,
    name: 'lighttpd, HTTP (tcp)',
    protocol: 'http',
    transport: 'tcp',
    traits: { ...traits, buffersRequests: true },
    differences: [climbing],
    expectedLog,
  }),
  spawned({
    ...common,
    name: 'lighttpd, FastCGI (bin-path: lighttpd starts the gateway)',
    words: ['--module', 'spawn'],
    edit: (text, site) => text.replace(/\/run\/lighttpd\/[\w-]+\.sock/, site.path('spawned')),
    traits,
    expectedLog,
  }),
];
