// Prints what `sluice request` sends and gets: the body on standard output, everything about it on standard error.
import type { Head } from '../../exchange/head.ts';
import type { Variables } from '../../exchange/variables.ts';
import type { CliContext, Output } from '../context.ts';
import { oneLine } from '../commands/format.ts';
import type { LogStream } from '../../observe/log.ts';

/** The output of one request. */
export class Printer {
  readonly #stdout: Output;
  readonly #stderr: LogStream;
  readonly #isHeadWanted: boolean;
  readonly #isVerbose: boolean;
  readonly #startedMs = performance.now();
  #bodyBytes = 0;

  constructor({ stdout, stderr }: CliContext, isHeadWanted: boolean, isVerbose: boolean) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#isHeadWanted = isHeadWanted;
    this.#isVerbose = isVerbose;
  }

  /** Tells the user something, on a line of its own. */
  tell(line: string): void {
    this.#stderr.write(`${line}\n`);
  }

  sends(variables: Variables): void {
    if (!this.#isVerbose) return;
    for (const [name, value] of variables.entries()) this.tell(`> ${name}=${oneLine(value)}`);
  }

  head(head: Head): void {
    const lines = head.bytes.toString('latin1').trimEnd().split('\r\n');
    if (this.#isVerbose) for (const line of lines) this.tell(`< ${oneLine(line)}`);
    if (this.#isHeadWanted) this.#stdout.write(Buffer.from(`${lines.join('\n')}\n\n`, 'latin1'));
  }

  /** Returns false if nobody reads it any more. */
  body(bytes: Buffer): boolean {
    this.#bodyBytes += bytes.length;
    this.#stdout.write(bytes);
    return this.#stdout.writable !== false;
  }

  /** What the server wants in a log. */
  log(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.tell(`server: ${oneLine(line)}`);
  }

  end(): void {
    if (!this.#isVerbose) return;
    const tookMs = (performance.now() - this.#startedMs).toFixed(1);
    this.tell(`* complete: ${this.#bodyBytes} bytes of body, after ${tookMs} ms`);
  }
}
