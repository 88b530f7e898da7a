// Runs the behaviour table, or a part of it, over one path.
import { beforeAll, it } from '@jest/globals';
import { bedOfSuite } from '../harness/bed.ts';
import { describeWith } from '../harness/require.ts';
import { openFront, type Front, type Path, type PathOptions } from '../paths/path.ts';
import type { Case } from '../cases/case.ts';

// The cases about streamed uploads need a route that streams.
const STREAMING_ROUTE = ['[[route]]', 'path = "/reads"', 'to = "pool:default"', 'streaming = true'];

/** A suite with one test for each case that applies to the path. */
export function describePath(
  path: Path,
  cases: readonly Case[],
  options: PathOptions = {},
  title = path.name,
): void {
  describeWith(path.needs, title, () => {
    const front = frontOfSuite(path, { toml: STREAMING_ROUTE, ...options });
    for (const { name, run, appliesTo, logs } of cases) {
      if (appliesTo && !appliesTo(path.traits)) continue;
      it(name, async () => {
        for (const pattern of logs ?? []) front().expectLog(pattern);
        await run(front());
      });
    }
  });
}

/** A front that is opened before the tests of the suite that calls this, and closed after them. */
export function frontOfSuite(path: Path, options: PathOptions = {}): () => Front {
  const bed = bedOfSuite();
  let front: Front | undefined;
  beforeAll(async () => {
    front = await openFront(path, bed, options);
  }, 60_000);
  return () => {
    if (!front) throw new Error(`${path.name} is not open`);
    return front;
  };
}
