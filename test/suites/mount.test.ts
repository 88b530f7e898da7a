// An application below a path prefix: SCRIPT_NAME is the prefix, PATH_INFO the rest.
import { it } from '@jest/globals';
import { expectResponse } from '../cases/case.ts';
import { describeWith } from '../harness/require.ts';
import { exchange } from '../harness/http.ts';
import { onePathPerProtocol } from '../paths/one-per-protocol.ts';
import { frontOfSuite } from './describe-path.ts';

for (const path of onePathPerProtocol) {
  describeWith(path.needs, `mounted at /app over ${path.name}`, () => {
    const front = frontOfSuite(path, { mount: '/app', expectedLog: [/SLUICE_NOT_MOUNTED/] });

    it.each([
      ['/app/environ', '/app', '/environ'],
      ['/app/environ/a%20b', '/app', '/environ/a b'],
      ['/app/environ/app/x', '/app', '/environ/app/x'],
      ['/other/../app/environ/./x', '/app', '/environ/x'],
    ])('%s', async (target, scriptName, pathInfo) => {
      const response = await exchange(front().address, { target: `${target}?q=1` });
      expectResponse(response, {
        status: 200,
        json: { SCRIPT_NAME: scriptName, PATH_INFO: pathInfo, QUERY_STRING: 'q=1' },
      });
    });

    it.each(['/', '/hello', '/application/hello', '/APP/hello', '/app/../hello'])(
      '%s is not the application',
      async (target) => {
        expectResponse(await exchange(front().address, { target }), { status: 404 });
      },
    );
  });
}
