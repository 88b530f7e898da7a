/** @type {import('./workload.mjs').Workload} */
export const hello = {
  name: 'hello',
  title: 'hello world, 13 bytes',
  application: 'hello.py',
  answer: Buffer.from('Hello, world\n'),
  processes: [1, 2],
  openPerSecond: 2000,
};
