// `pnpm bench scaling`: axis after axis, stored after each.
import { Generator } from '../gate/load/load.mjs';
import { describeRun } from '../results/machine.mjs';
import { bar } from '../run/progress.mjs';
import { wrk } from '../run/wrk.mjs';
import { gcc } from '../servers/floor.mjs';
import { nginx } from '../servers/nginx.mjs';
import { sluice } from '../servers/sluice.mjs';
import { measureFootprint } from './footprint.mjs';
import { measureAxis } from './measure.mjs';
import { readScalingOptions, SCALING_USAGE } from './options.mjs';
import { renderAxis, renderFootprint } from './section.mjs';
import { loadScaling, mergeScaling, saveScaling } from './store.mjs';

/**
 * @param {readonly string[]} args Behind `scaling`.
 * @param {AbortSignal} signal
 * @param {() => void} render Writes everything that is made from results.
 */
export async function benchScaling(args, signal, render) {
  const options = readScalingOptions(args);
  if (options.action === 'help') {
    console.log(SCALING_USAGE);
    return;
  }
  const needs = [wrk, gcc, nginx, sluice];
  const missing = needs.find((need) => need.version() === undefined);
  if (missing) throw new Error(`${missing.name} is missing: ${missing.install}`);
  const run = describeRun(Object.fromEntries(needs.map((need) => [need.name, need.version()])), options.pace);
  const store = (measured) => {
    if (!options.stores) return;
    saveScaling(mergeScaling(loadScaling(), run, measured));
    render();
  };
  const generator = new Generator();
  try {
    if (options.hasFootprint) {
      const footprint = await measureFootprint(signal);
      console.log(`${renderFootprint(footprint)}\n`);
      store({ footprint });
    }
    for (const axis of options.axes) {
      const points = await measureAxis(axis, {
        ...options.pace,
        signal,
        generator,
        onRound: teller(axis, options),
      });
      const measured = { name: axis.name, run: run.date, points };
      console.log(`\n${renderAxis(measured)}\n`);
      store({ axis: measured });
    }
  } finally {
    generator.close();
  }
}

/** Tells of each round, with a bar for its axis. */
function teller({ name, values }, { pace }) {
  const total = values[pace.size].length * pace.rounds;
  let done = 0;
  return ({ value, failed, rounds }) => {
    done++;
    const gateway = rounds.at(-1)?.cpuUs.gateway;
    const outcome = failed === undefined ? `gateway ${gateway?.toFixed(1)} µs` : failed.split('\n')[0];
    console.log(`${bar(done / total)} ${name.padEnd(18)} ${`${value}`.padEnd(12)} ${outcome}`);
  };
}
