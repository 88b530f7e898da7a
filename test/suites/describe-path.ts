// Runs the behaviour table, or a part of it, over one path.
import { afterAll, beforeAll, it } from '@jest/globals';
import { allCases } from '../cases/all.ts';
import { bedOfSuite } from '../harness/bed.ts';
import { describeWith } from '../harness/require.ts';
import { casesOver } from '../paths/differences.ts';
import { PathRecord } from '../paths/record.ts';
import {
  openFront,
  type AnyPath,
  type Front,
  type LoggingGateway,
  type Path,
  type PathOptions,
} from '../paths/path.ts';
import type { Case } from '../cases/case.ts';

// The cases about streamed uploads need a route that streams.
const STREAMING_ROUTE = ['[[route]]', 'path = "/reads"', 'to = "pool:default"', 'streaming = true'];

/**
 * A suite with one test for each case that applies to the path. The whole table under the path's own name is what the
 * page of all paths tells of.
 */
export function describePath(
  path: AnyPath,
  cases: readonly Case[] = allCases,
  options: PathOptions = {},
  title = path.name,
): void {
  describeWith(path.needs, title, () => {
    const front = frontOfSuite(path, { toml: STREAMING_ROUTE, ...options });
    const applying = casesOver(path, cases);
    const record = new PathRecord(path, applying.length);
    for (const { name, run, logs } of applying) {
      it(name, async () => {
        for (const pattern of logs ?? []) front().expectLog(pattern);
        await run(front());
        record.pass();
      });
    }
    if (cases === allCases && title === path.name) afterAll(() => record.write());
  });
}

/** A front that is opened before the tests of the suite that calls this, and closed after them. */
export function frontOfSuite<G extends LoggingGateway>(
  path: Path<G>,
  options: PathOptions = {},
): () => Front<G> {
  const bed = bedOfSuite();
  let front: Front<G> | undefined;
  beforeAll(async () => {
    front = await openFront(path, bed, options);
  }, 60_000);
  return () => {
    if (!front) throw new Error(`${path.name} is not open`);
    return front;
  };
}
