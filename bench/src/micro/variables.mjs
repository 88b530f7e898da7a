import { encodePairs, Params } from '@sluice/fastcgi/codec';
import { peerRecords } from './peer.mjs';
import { VARIABLES } from './sample.mjs';

const COUNT = 1000;

/** Outside the goals: ours makes a block of bytes for a worker, theirs an array of strings. */
/** @type {readonly import('./run.mjs').Case[]} */
export const variables = [
  {
    title: `turn ${VARIABLES.length} variables into what is handed on`,
    verb: 'converted',
    unit: 'streams',
    count: COUNT,
    bytes: COUNT * encodePairs(VARIABLES).length,
    ours: ours(encodePairs(VARIABLES)),
    theirs: theirs(encodePairs(VARIABLES)),
  },
];

function ours(bytes) {
  return () => {
    let count = 0;
    while (count < COUNT && Params.from(bytes).toBlock().length > 0) count++;
    return count;
  };
}

function theirs(bytes) {
  const record = new peerRecords.Params();
  return () => {
    let count = 0;
    for (record.read(bytes); count < COUNT && record.params.length > 0; count++) record.read(bytes);
    return count;
  };
}
