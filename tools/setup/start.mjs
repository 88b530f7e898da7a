// `npm start`: from a fresh clone to a page in the browser. Arguments go to `sluice serve` instead of the example:
// `npm start -- examples/flask_app/app.py --http 127.0.0.1:9000`.
import { spawn } from 'node:child_process';
import { requireNode, requirePythons } from './requirements.mjs';
import { ROOT } from './steps.mjs';
import { prepareWorkspace } from './workspace.mjs';

requireNode();
requirePythons();
await prepareWorkspace();

const given = process.argv.slice(2);
const args = [
  'packages/gateway/bin/sluice.js',
  'serve',
  ...(given.length > 0 ? given : ['examples/hello.py']),
];
if (given.length === 0)
  console.log('\nLook at http://127.0.0.1:8000/ once it says it is ready. Ctrl-C stops it.\n');

const gateway = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
// Ctrl-C reaches the gateway from the terminal; this process only waits for it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => gateway.kill('SIGTERM'));
gateway.on('close', (code) => process.exit(code ?? 1));
