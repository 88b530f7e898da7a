// `pnpm bench gate`: scenario after scenario, stored after each.
import { describeRun } from '../results/machine.mjs';
import { gcc } from '../servers/floor.mjs';
import { runContest } from './contest.mjs';
import { Generator } from './load/load.mjs';
import { GATE_USAGE, readGateOptions } from './options.mjs';
import { GateProgress } from './progress.mjs';
import { renderScenario } from './results/section.mjs';
import { loadGate, mergeScenario, saveGate } from './results/store.mjs';

/**
 * @param {readonly string[]} args Behind `gate`.
 * @param {AbortSignal} signal
 * @param {() => void} render Writes everything that is made from results.
 */
export async function benchGate(args, signal, render) {
  const options = readGateOptions(args);
  if (options.action === 'help') console.log(GATE_USAGE);
  else if (options.action === 'render') render();
  else await measure(options, signal, render);
}

async function measure({ scenarios, size, stores }, signal, render) {
  if (gcc.version() === undefined) throw new Error(`gcc is missing: ${gcc.install}`);
  const run = describeRun(versionsOf(scenarios), undefined);
  const generator = new Generator();
  const progress = new GateProgress(scenarios, size);
  try {
    for (const scenario of scenarios) {
      const cases = [];
      for (const theCase of scenario.cases) {
        const peers = await runContest(scenario, theCase, { size, signal, generator, progress });
        cases.push({ name: theCase.name, title: theCase.title, peers });
      }
      const measured = { name: scenario.name, run: run.date, size, rounds: scenario.rounds, cases };
      console.log(`\n${renderScenario(measured)}\n`);
      if (!stores) continue;
      saveGate(mergeScenario(loadGate(), run, measured));
      render();
    }
  } finally {
    generator.close();
  }
}

function versionsOf(scenarios) {
  const needs = new Set(scenarios.flatMap(({ peers }) => peers.flatMap((peer) => peer.needs)));
  const found = [...needs].map((need) => [need.name, need.version()]);
  return Object.fromEntries(found.filter(([, version]) => version !== undefined));
}
