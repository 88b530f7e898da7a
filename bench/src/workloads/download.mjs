/** @type {import('./workload.mjs').Workload} */
export const download = {
  name: 'download',
  title: 'download of 1 MiB',
  application: 'download.py',
  answer: Buffer.from('0123456789abcde\n'.repeat(65_536)),
  processes: [2],
};
