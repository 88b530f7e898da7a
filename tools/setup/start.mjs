// `npm start`: from a fresh clone to a page in the browser. Arguments go to `sluice serve` instead of the example:
// `npm start -- examples/flask_app/app.py --http 127.0.0.1:9000`.
import { requireNode, requirePythons } from './requirements.mjs';
import { ROOT } from './steps.mjs';
import { prepareWorkspace } from './workspace.mjs';

requireNode();
requirePythons();
await prepareWorkspace();

const given = process.argv.slice(2);
if (given.length === 0)
  console.log(
    '\nLook at http://127.0.0.1:8000/ once it says it is ready. Ctrl-C stops it.' +
      '\nIf that port is taken: npm start -- examples/hello.py --http 8080\n',
  );

// The command runs in this process, so that signals reach it once.
process.chdir(ROOT);
process.argv.splice(2, Infinity, 'serve', ...(given.length > 0 ? given : ['examples/hello.py']));
await import('../../packages/gateway/bin/sluice.js');
