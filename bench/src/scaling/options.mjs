// The command line of `pnpm bench scaling`.
import { parseArgs } from 'node:util';
import { readSize, SIZES } from '../sizes.mjs';
import { allAxes } from './axes/all.mjs';

const FOOTPRINT = 'footprint';
const NAMES = [FOOTPRINT, ...allAxes.map(({ name }) => name)].join(', ');

/** What `--help` prints. */
export const SCALING_USAGE = `pnpm bench scaling [options]    what a request costs as everything around it grows

  --only NAME                only this: ${NAMES}
  --size NAME                ${SIZES.join(', ')} (default: short)
                             quick: smallest and largest, once; prints, stores nothing
                             short: 2 rounds of 2 seconds, about 10 minutes
                             full: 4 rounds of 5 seconds, about 20 minutes
  --quick                    the same as --size quick
  --help                     print this help

only may be repeated. What is measured replaces its former results in results/scaling.json.`;

const PACES = {
  quick: { size: 'quick', rounds: 1, seconds: 1, warmupSeconds: 1 },
  short: { size: 'short', rounds: 2, seconds: 2, warmupSeconds: 1 },
  full: { size: 'full', rounds: 4, seconds: 5, warmupSeconds: 1 },
};

/** Reads the command line. Throws for anything it does not know. @param {readonly string[]} args */
export function readScalingOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true },
      size: { type: 'string', default: 'short' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const pace = PACES[values.quick ? 'quick' : readSize(values.size)];
  const isWanted = (name) => values.only === undefined || values.only.includes(name);
  const unknown = values.only?.find((name) => !NAMES.split(', ').includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: known are ${NAMES}`);
  return {
    action: values.help ? 'help' : 'measure',
    stores: pace.size !== 'quick',
    pace,
    hasFootprint: isWanted(FOOTPRINT),
    axes: allAxes.filter(({ name }) => isWanted(name)),
  };
}
