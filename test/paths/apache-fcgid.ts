// Client -> Apache -> mod_fcgid -> gateways that Apache starts.
import { expect } from '@jest/globals';
import { expectHealthy, row } from '../cases/case.ts';
import { exchange, text } from '../harness/http.ts';
import { instead } from './differences.ts';
import { spawned } from './spawned.ts';
import type { AnyPath, Difference } from './path.ts';

const differences: readonly Difference[] = [
  instead(
    'an exception after the head breaks the response off',
    'mod_fcgid adds an error page and ends it as if it were whole, with a line in its log',
    {
      logs: [/raised after the head/, /FastCGI server closed connection/],
      run: async (front) => {
        const response = await exchange(front.address, { target: '/raise-after-head' });
        expect(response).toMatchObject({ status: 200, isComplete: true });
        expect(text(response)).toMatch(/^the beginning<!DOCTYPE[^]*500 Internal Server Error/);
        await expectHealthy(front);
      },
    },
  ),
  instead('a NUL is refused', 'by Apache, with 404', row('', { target: '/environ/%00' }, { status: 404 })),
];

/** Apache with mod_fcgid. */
export const apacheFcgid: AnyPath = spawned({
  name: 'Apache, mod_fcgid (Apache starts the gateways)',
  server: 'apache',
  modules: ['fcgid'],
  words: ['--module', 'mod_fcgid'],
  edit: (printed, site) =>
    `FcgidIPCDir ${site.makeDirectory('fcgid')}\nFcgidProcessTableFile ${site.path('fcgid.shm')}\n${printed}`,
  traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: true },
  differences,
  expectedLog: [/AH10244/, /can't get data from http client/],
});
