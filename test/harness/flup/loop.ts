// The loop in a shell that starts a script again when it exits with 42, as everybody who ran flup had one.
import { until } from '../deadline.ts';
import { descendantsOf } from '../processes.ts';
import { startCommand, type Command, type Script, type ScriptOptions } from './script.ts';
import type { TestBed } from '../bed.ts';

/** Starts a command in the loop and waits until it accepts connections at `place`. */
export function startLoop(
  bed: TestBed,
  options: ScriptOptions,
  { command, args, env }: Command,
  place: number | string,
): Promise<Script> {
  const words = [command, ...args].map((word) => `'${word}'`).join(' ');
  const loop = `while ${words}; test $? = 42; do :; done`;
  return startCommand(bed, options, { command: 'sh', args: ['-c', loop], env }, place);
}

/** The process id of the script that a loop runs, as soon as it is another one than `other`. */
export function scriptInLoop(loop: Script, other?: number): Promise<number> {
  return until('a script in the loop', () => {
    const children = descendantsOf(loop.pid).filter(({ parentPid }) => parentPid === loop.pid);
    return children.find(({ pid }) => pid !== other)?.pid;
  });
}
