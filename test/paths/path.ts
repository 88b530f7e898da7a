// A path: the way a request takes from the client to the application. To add one, write a file like its neighbours
// and a suite like `suites/nginx.test.ts`; the whole behaviour table then runs over it.
import type { Gateway, GatewayOptions } from '../harness/gateway.ts';
import type { Address } from '../harness/raw-connection.ts';
import type { Part } from '../harness/require.ts';
import type { Site } from '../harness/site.ts';
import type { Stage } from '../harness/stage.ts';
import type { TestBed } from '../harness/bed.ts';

/** In what paths differ from each other, as far as a client or an application can tell. */
export interface Traits {
  /** The gateway sees a body only once the front has all of it. */
  readonly buffersRequests: boolean;
  /** The front lets bytes above 127 stand in a request target, where RFC 3986 wants them encoded. */
  readonly acceptsRawBytes: boolean;
  /** The front makes one slash of several before the gateway sees the path. */
  readonly mergesSlashes: boolean;
}

/** What a suite says about the gateway; the path adds the listeners. */
export type PathOptions = Omit<GatewayOptions, 'listen'> & { readonly mount?: string };

/** A started path. */
export interface Running {
  /** Where clients connect. */
  readonly address: Address;
  readonly gateway: Gateway;
  /** Lines like this, at warn and above, may appear in the log of any server of the path. */
  expectLog(pattern: RegExp): void;
}

/** A way from client to application. */
export interface Path {
  readonly name: string;
  readonly needs: readonly Part[];
  readonly traits: Traits;
  start(bed: TestBed, options: PathOptions): Promise<Running>;
}

/** What a case gets: a running path, and what it needs to play with the application. */
export interface Front extends Running {
  readonly traits: Traits;
  readonly stage: Stage;
  readonly site: Site;
}

/** Starts a path with its stage. */
export async function openFront(path: Path, bed: TestBed, options: PathOptions = {}): Promise<Front> {
  const stage = await bed.stage();
  const running = await path.start(bed, options);
  return { ...running, traits: path.traits, stage, site: bed.site };
}
