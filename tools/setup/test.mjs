// `npm test`: everything, from a fresh clone. Ends with one line that says how many tests passed and failed.
import { forgetRecords } from '../paths/records.mjs';
import { installServers } from './debian.mjs';
import { installFrameworks } from './frameworks.mjs';
import { requireNode, requirePythons } from './requirements.mjs';
import { step } from './steps.mjs';
import { tally } from './tally.mjs';
import { prepareWorkspace } from './workspace.mjs';

requireNode();
await installServers();
const pythons = requirePythons();
const env = {
  ...(await prepareWorkspace()),
  SLUICE_TEST_PYTHONS: pythons.map(({ name, path }) => `${name}=${path}`).join(','),
};
await installFrameworks(pythons);

const total = { passed: 0, failed: 0, skipped: 0 };
const failedSteps = [];

async function check(title, command, args, isLive = false) {
  const { succeeded, output } = await step(title, command, args, { env, isLive });
  const counted = tally(output);
  for (const kind of Object.keys(total)) total[kind] += counted[kind];
  if (succeeded) return;
  failedSteps.push(title);
  // A linter, or a suite that did not even start, counts as one failure.
  if (counted.failed === 0) total.failed += 1;
}

await check('lint', 'pnpm', ['run', 'lint']);
await check('types', 'pnpm', ['run', 'types']);
await check('unit tests', 'pnpm', ['exec', 'turbo', 'run', 'test', '--ui=stream', '--continue'], true);
for (const { name, path } of pythons) {
  await check(`worker tests, ${name}`, path, [
    '-m',
    'unittest',
    'discover',
    '-s',
    'python/tests',
    '-t',
    'python',
  ]);
}
forgetRecords();
await check('end-to-end tests', 'pnpm', ['exec', 'turbo', 'run', 'e2e', '--ui=stream'], true);
await check('pages of the paths', process.execPath, ['tools/paths/main.mjs', '--check']);

if (failedSteps.length > 0) console.log(`\nFailed: ${failedSteps.join(', ')}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\nsluice: ${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 ? 1 : 0);
