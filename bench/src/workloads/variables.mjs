// With those that the web server and WSGI add, about 60 variables.
const HEADER_COUNT = 36;

/** @type {import('./workload.mjs').Workload} */
export const variables = {
  name: 'variables',
  title: 'request of 60 variables and 4 KiB of cookies',
  application: 'variables.py',
  answer: Buffer.from(`${HEADER_COUNT} headers\n`),
  headers: [
    ...Array.from({ length: HEADER_COUNT }, (_, index) => `X-Bench-${index}: value of header ${index}`),
    `Cookie: ${Array.from({ length: 16 }, (_, index) => `cookie${index}=${'c'.repeat(246)}`).join('; ')}`,
  ],
  processes: [2],
};
