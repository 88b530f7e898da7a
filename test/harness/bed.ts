// A test bed owns everything a suite starts, and at the end proves that nothing of it is left: no process, no socket
// file, no spool file, no line in a log that nobody expected. A dirty end fails the suite.
import { afterAll } from '@jest/globals';
import { Site } from './site.ts';
import { reservePort } from './ports.ts';
import { Stage } from './stage.ts';
import { descendantsOf, untilGone, type ProcessFacts } from './processes.ts';

/** A server of the bed. */
export interface Server {
  readonly name: string;
  readonly pid: number;
  readonly hasEnded: boolean;
  stop(): Promise<unknown>;
  /** Lines of its log that should not be there. */
  complaints(): readonly string[];
}

/** Everything one suite starts. */
export class TestBed {
  readonly site: Site = new Site();
  readonly #goneWithinMs: number;
  readonly #servers: Server[] = [];
  readonly #releases: (() => void)[] = [];
  readonly #seen: ProcessFacts[] = [];
  #stage: Promise<Stage> | undefined;

  /** @param goneWithinMs how long processes may take to end after the bed was closed */
  constructor(goneWithinMs = 10_000) {
    this.#goneWithinMs = goneWithinMs;
  }

  /** Adds a server. Servers are stopped in reverse order. */
  add<T extends Server>(server: T): T {
    this.#servers.push(server);
    return server;
  }

  /** A loopback port that is this bed's alone. */
  async reservePort(): Promise<number> {
    const { port, release } = await reservePort();
    this.#releases.push(release);
    return port;
  }

  /** Where applications meet the test; opened when it is first asked for. */
  stage(): Promise<Stage> {
    this.#stage ??= Stage.open(this.site.path('stage'));
    return this.#stage;
  }

  /** Remembers processes that must have ended when the bed is closed, in case their parent goes first. */
  watch(processes: readonly ProcessFacts[]): void {
    this.#seen.push(...processes);
  }

  /** Stops everything and throws when something is left or a server complained. */
  async close(): Promise<void> {
    const problems: string[] = [];
    const note = (error: unknown): number =>
      problems.push(error instanceof Error ? error.message : String(error));
    for (const server of this.#servers.reverse()) {
      if (!server.hasEnded) this.watch(descendantsOf(server.pid));
      await server.stop().catch(note);
    }
    for (const release of this.#releases) release();
    await this.#stage?.then((stage) => stage.close());
    await untilGone(this.#seen, this.#goneWithinMs).catch(note);
    for (const server of this.#servers) {
      problems.push(...server.complaints().map((line) => `${server.name} logged: ${line}`));
    }
    problems.push(...this.site.entries(isLeftover).map((name) => `left behind: ${name}`));
    this.site.remove();
    if (problems.length > 0) throw new Error(`a dirty end:\n${problems.join('\n')}`);
  }
}

/** Runs one test in a bed of its own and closes it; what the test itself throws comes first. */
export async function withBed(test: (bed: TestBed) => Promise<void>): Promise<void> {
  const bed = new TestBed();
  try {
    await test(bed);
  } catch (error) {
    await bed.close().catch(() => undefined);
    throw error;
  }
  await bed.close();
}

/** A bed that is closed after all tests of the suite that calls this. */
export function bedOfSuite(): TestBed {
  const bed = new TestBed();
  afterAll(() => bed.close(), 60_000);
  return bed;
}

function isLeftover({ name, isSocket }: { readonly name: string; readonly isSocket: boolean }): boolean {
  // mod_fcgid never removes its sockets.
  return (isSocket && !name.startsWith('fcgid/')) || /^(?:spool|nginx[^/]*-temp)\//.test(name);
}
