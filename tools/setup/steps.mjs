// Runs the steps of a set-up command: one line for each, the output of a quiet step only when it fails.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The top of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a program and says how it went. A live step shows its output as it comes, a quiet one (the default) only when
 * it fails. Returns whether it succeeded, and its output.
 */
export async function step(title, command, args, { isLive = false, env = process.env } = {}) {
  const began = performance.now();
  process.stdout.write(isLive ? `\n== ${title}\n` : `== ${title} ... `);
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const [stream, target] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (isLive) target.write(text);
    });
  }
  child.on('error', (error) => (output += `${error.message}\n`));
  const succeeded = await once(child, 'close').then(
    ([code]) => code === 0,
    () => false,
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const verdict = `${succeeded ? 'done' : 'failed'} (${seconds} s)`;
  if (!isLive && !succeeded) process.stdout.write(`\n${output}`);
  console.log(isLive || !succeeded ? `== ${title}: ${verdict}` : verdict);
  return { succeeded, output };
}

/** The same, for a step without which nothing after it makes sense: ends the process when it fails. */
export async function requiredStep(title, command, args, options) {
  const result = await step(title, command, args, options);
  if (!result.succeeded) {
    console.error(`\nsluice: stopped, because this failed: ${title}`);
    process.exit(1);
  }
  return result;
}
