// `pnpm run profile`: where the time goes, in the gateway (clinic) or in a worker (cProfile), under the load of a workload.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runWrk } from '../run/wrk.mjs';
import { untilCorrect } from '../run/answer.mjs';
import { freePort } from '../stage/ports.mjs';
import { Stage } from '../stage/stage.mjs';
import { allWorkloads } from '../workloads/all.mjs';
import { profileGateway } from './gateway.mjs';
import { profileWorker } from './worker.mjs';

const OUTPUT = fileURLToPath(new URL('../../profiles/', import.meta.url));

const USAGE = `pnpm run profile flame     where the gateway spends its time, as a flame graph (clinic)
pnpm run profile doctor    the health of its event loop: delay, memory, handles (clinic)
pnpm run profile worker    the functions of a worker, most time first (cProfile)

  --workload NAME      what is asked for (default: hello): ${allWorkloads.map(({ name }) => name).join(', ')}
  --connections N      client connections (default: 32)
  --seconds N          how long (default: 10)

Pages are written to bench/profiles/. clinic is fetched by npx at the first use.`;

const KINDS = {
  flame: (stage, setup) => profileGateway('flame', stage, setup),
  doctor: (stage, setup) => profileGateway('doctor', stage, setup),
  worker: profileWorker,
};

async function main(args) {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      workload: { type: 'string', default: 'hello' },
      connections: { type: 'string', default: '32' },
      seconds: { type: 'string', default: '10' },
      help: { type: 'boolean', default: false },
    },
  });
  const [kind = 'help'] = positionals;
  const workload = allWorkloads.find(({ name }) => name === values.workload);
  if (values.help || !Object.hasOwn(KINDS, kind) || !workload) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  mkdirSync(OUTPUT, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const stage = new Stage();
  try {
    const finish = KINDS[kind](stage, { workload, address, output: OUTPUT });
    const url = `http://${address}/`;
    await untilCorrect(stage, url, workload);
    const load = { url, workload, connections: Number(values.connections), seconds: Number(values.seconds) };
    const { requests } = await runWrk(load, new AbortController().signal);
    console.log(`${requests} requests in ${values.seconds} s, slower than without the profiler`);
    await finish();
  } finally {
    await stage.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`profile: ${error.message}`);
  process.exitCode = 1;
}
