// `pnpm bench`: measures, stores, renders.
import { benchGate } from './gate/run.mjs';
import { writeGatePages } from './gate/results/pages.mjs';
import { loadGate } from './gate/results/store.mjs';
import { Generator } from './gate/load/load.mjs';
import { runMicro } from './micro/run.mjs';
import { readOptions, USAGE } from './options.mjs';
import { scalingPlots } from './scaling/section.mjs';
import { loadScaling } from './scaling/store.mjs';
import { benchScaling } from './scaling/run.mjs';
import { makePlan, wantedPeers } from './plan.mjs';
import { describeRun } from './results/machine.mjs';
import { writeCosts } from './results/paths-guide.mjs';
import { renderGroups, renderMicro, renderPlots, renderResults } from './results/render.mjs';
import { loadResults, mergeGroups, mergeMicro, saveResults, writePage } from './results/store.mjs';
import { runGroup } from './run/group.mjs';
import { Progress } from './run/progress.mjs';
import { wrk } from './run/wrk.mjs';
import { gcc } from './servers/floor.mjs';
import { installRequirements } from './stage/install.mjs';
import { interruptSignal } from './run/interrupt.mjs';

async function benchPaths(options, signal) {
  const wrkVersion = wrk.version();
  if (wrkVersion === undefined) throw new Error(`wrk is missing: ${wrk.install}`);
  const { groups, skipped, versions } = makePlan(options);
  for (const { label, path, lacks } of skipped) {
    console.log(`skipped: ${label} (${path}), ${lacks.name} is missing: ${lacks.install}`);
  }
  const run = describeRun({ wrk: wrkVersion, ...versions }, options.pace);
  const progress = new Progress(
    groups.reduce((sum, { peers }) => sum + peers.length * options.pace.rounds, 0),
  );
  const generator = gcc.version() === undefined ? undefined : new Generator();
  try {
    for (const group of groups) {
      const peers = await runGroup(group, options.pace, { progress, signal, generator });
      const { path, workload, processes, connections } = group;
      const measured = {
        run: run.date,
        path: path.name,
        workload: workload.name,
        processes,
        connections,
        peers,
      };
      console.log(`\n${renderGroups([measured])}\n`);
      // After every group, so that a run that is stopped keeps what it has.
      if (options.stores) save(mergeGroups(loadResults(), run, [measured]));
    }
  } finally {
    generator?.close();
  }
}

async function install(options) {
  const needs = wantedPeers(options).flatMap((peer) => peer.needs);
  await installRequirements([wrk, gcc, ...needs]);
}

async function benchCodec(options) {
  const run = describeRun({}, undefined);
  const cases = await runMicro();
  console.log(`\n${renderMicro(cases)}`);
  if (options.stores) save(mergeMicro(loadResults(), run, cases));
}

function save(results) {
  saveResults(results);
  render();
}

function render() {
  const results = loadResults();
  const gate = loadGate();
  const scaling = loadScaling();
  writePage(renderResults(results, gate, scaling), {
    ...renderPlots(results),
    ...scalingPlots(scaling),
  });
  writeGatePages(gate);
  writeCosts(results);
}

async function main(args, signal) {
  const given = args.filter((arg) => arg !== '--'); // Some package managers pass it on.
  if (given[0] === 'gate') {
    await benchGate(given.slice(1), signal, render);
    return;
  }
  if (given[0] === 'scaling') {
    await benchScaling(given.slice(1), signal, render);
    return;
  }
  const options = readOptions(given);
  if (options.action === 'help') console.log(USAGE);
  else if (options.action === 'render') render();
  else if (options.action === 'install') await install(options);
  else if (options.action === 'micro') await benchCodec(options);
  else await benchPaths(options, signal);
}

const interrupt = interruptSignal();

try {
  await main(process.argv.slice(2), interrupt);
} catch (error) {
  console.error(interrupt.aborted ? `${interrupt.reason.message}` : `bench: ${error.message}`);
  process.exitCode = 1;
}
