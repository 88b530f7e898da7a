/** @type {import('./workload.mjs').Workload} */
export const stream = {
  name: 'stream',
  title: 'stream of 100 pieces of 100 bytes',
  application: 'stream.py',
  answer: Buffer.from(`${'x'.repeat(99)}\n`.repeat(100)),
  processes: [2],
};
