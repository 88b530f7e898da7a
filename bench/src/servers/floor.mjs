// The floor: what nginx and this machine could do if the gateway and the application cost next to nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { program } from '../stage/requirements.mjs';

const SOURCE = fileURLToPath(new URL('../floor/responder.c', import.meta.url));

export const gcc = program({
  command: 'gcc',
  args: ['-dumpfullversion'],
  pattern: /^(\S+)/,
  debian: ['gcc', 'libc6-dev'],
});

/**
 * Compiles and starts the responder: always one process, and it answers every request alike.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {string} socketPath
 */
export function startFloor(stage, { workload }, socketPath) {
  const binary = stage.path('responder');
  const compiled = spawnSync('gcc', ['-O2', '-Wall', '-Wextra', '-o', binary, SOURCE], { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(`gcc failed\n${compiled.stderr}`);
  const body = stage.write('body', workload.answer.toString('latin1'));
  stage.spawn({ name: 'floor', command: binary, args: [socketPath, body], roleOf: () => 'workers' });
}
