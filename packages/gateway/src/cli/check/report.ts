// The lines `sluice check` prints, and the exit code they come to.
import type { LogStream } from '../../observe/log.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';

/** Collects the outcome of checks while it is printed. */
export class Report {
  readonly #stream: LogStream;
  #code: ExitCode = exitCodes.ok;

  constructor(stream: LogStream) {
    this.#stream = stream;
  }

  /** The exit code of the first problem; ok without one. */
  get code(): ExitCode {
    return this.#code;
  }

  /** Something is as it should be. */
  ok(subject: string, text: string): void {
    this.#print('ok', subject, text);
  }

  /** Something could not be checked, or is worth knowing. */
  note(subject: string, text: string): void {
    this.#print('note', subject, text);
  }

  /** Something has to change. `code` is what the command ends with, if this is the first. */
  problem(code: ExitCode, subject: string, text: string): void {
    if (this.#code === exitCodes.ok) this.#code = code;
    this.#print('problem', subject, text);
  }

  #print(mark: string, subject: string, text: string): void {
    const [first, ...rest] = text.trimEnd().split('\n');
    this.#stream.write(`${mark.padEnd(8)}${subject}: ${first ?? ''}\n`);
    for (const line of rest) this.#stream.write(`${' '.repeat(8)}${line}\n`);
  }
}
