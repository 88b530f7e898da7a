/** @type {import('./workload.mjs').Workload} */
export const huge = {
  name: 'huge',
  title: 'download of 64 MiB',
  application: 'huge.py',
  answer: Buffer.from('0123456789abcde\n'.repeat(65_536 * 64)),
  processes: [2],
  connections: [2],
  secondsMin: 5,
};
