const BODY_BYTES = 65_536;

/** @type {import('./workload.mjs').Workload} */
export const echo = {
  name: 'echo',
  title: 'POST of 64 KiB, sent back',
  application: 'echo.py',
  answer: Buffer.from('x'.repeat(BODY_BYTES)),
  requestBodyBytes: BODY_BYTES,
  processes: [2],
};
