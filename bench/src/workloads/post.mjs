/** @returns {import('./workload.mjs').Workload} */
function post(name, title, requestBodyBytes) {
  const answer = Buffer.from(`${requestBodyBytes} bytes\n`);
  return { name, title, application: 'post.py', answer, requestBodyBytes, processes: [2] };
}

export const form = post('form', 'POST of 10 KiB', 10 * 1024);
export const upload = post('upload', 'POST of 1 MiB', 1024 * 1024);
