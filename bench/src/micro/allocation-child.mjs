// Prints as JSON what memory the cases take. Run by allocation.mjs, with the flags that it needs.
import { allCases } from './cases.mjs';

/** Code that is not compiled yet takes memory of its own. */
const WARM_CALLS = 30;
const SAMPLES = 5;

async function bytesPerCall(work) {
  for (let call = 0; call < WARM_CALLS; call++) await work();
  const samples = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    globalThis.gc();
    const before = bytesInUse();
    await work();
    samples.push(bytesInUse() - before);
  }
  return Math.max(0, samples.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)]);
}

function bytesInUse() {
  // Memory of buffers is in `external` too, but there it is counted late.
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const results = {};
for (const { title, count, ours, theirs } of allCases) {
  results[title] = {
    ours: (await bytesPerCall(ours)) / count,
    ...(theirs && { theirs: (await bytesPerCall(theirs)) / count }),
  };
}
console.log(JSON.stringify(results));
