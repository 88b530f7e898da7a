/** @returns {import('./workload.mjs').Workload} */
function post(name, title, requestBodyBytes, further) {
  const answer = Buffer.from(`${requestBodyBytes} bytes\n`);
  return { name, title, application: 'post.py', answer, requestBodyBytes, processes: [2], ...further };
}

export const form = post('form', 'POST of 10 KiB', 10 * 1024);
export const upload = post('upload', 'POST of 1 MiB', 1024 * 1024);
export const flood = post('flood', 'upload of 64 MiB', 64 * 1024 * 1024, {
  application: 'sink.py',
  connections: [2],
  secondsMin: 5,
});
