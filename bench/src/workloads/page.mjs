/** @type {import('./workload.mjs').Workload} */
export const page = {
  name: 'page',
  title: 'page of 10 KiB',
  application: 'page.py',
  answer: Buffer.from('0123456789abcde\n'.repeat(640)),
  processes: [2],
};
