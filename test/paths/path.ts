// A path: the way a request takes from the client to the application. To add one, write a file like its neighbours
// and a suite like `suites/nginx.test.ts`; the whole behaviour table then runs over it.
import type { Case } from '../cases/case.ts';
import type { Gateway, GatewayOptions, LogLine } from '../harness/gateway.ts';
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

/** A row of the behaviour table that comes out differently because of a peer. */
export interface Difference {
  /** The name of the row. */
  readonly of: string;
  /** What the peer does. */
  readonly because: string;
  /** The row that holds instead. None: the row cannot be asked of this peer. */
  readonly run?: Case['run'];
  /** What the servers may log about it, at warn and above. */
  readonly logs?: readonly RegExp[];
}

/** What a suite says about the gateway; the path adds the listeners. */
export type PathOptions = Omit<GatewayOptions, 'listen'> & { readonly mount?: string };

/** A gateway as far as it can be followed by its log, whoever started it. */
export interface LoggingGateway {
  log(): LogLine[];
  /** Lines at warn and above like this one are no complaint. */
  expectLog(pattern: RegExp): void;
}

/** A started path. */
export interface Running<G extends LoggingGateway = Gateway> {
  /** Where clients connect. */
  readonly address: Address;
  readonly gateway: G;
  /** Lines like this, at warn and above, may appear in the log of any server of the path. */
  expectLog(pattern: RegExp): void;
}

/** A way from client to application. */
export interface Path<G extends LoggingGateway = Gateway> {
  readonly name: string;
  readonly needs: readonly Part[];
  readonly traits: Traits;
  /** Default: none. */
  readonly differences?: readonly Difference[];
  start(bed: TestBed, options: PathOptions): Promise<Running<G>>;
}

/** Any path, also one whose web server starts the gateway. */
export type AnyPath = Path<LoggingGateway>;

/** What a case gets: a running path, and what it needs to play with the application. */
export interface Front<G extends LoggingGateway = Gateway> extends Running<G> {
  readonly traits: Traits;
  readonly stage: Stage;
  readonly site: Site;
}

/** A front of any path. */
export type AnyFront = Front<LoggingGateway>;

/** Starts a path with its stage. */
export async function openFront<G extends LoggingGateway>(
  path: Path<G>,
  bed: TestBed,
  options: PathOptions = {},
): Promise<Front<G>> {
  const stage = await bed.stage();
  const running = await path.start(bed, options);
  return { ...running, traits: path.traits, stage, site: bed.site };
}

/** A path that is reached through web servers at a port. */
export function runningBehind<G extends LoggingGateway>(
  port: number,
  gateway: G,
  ...servers: readonly Pick<LoggingGateway, 'expectLog'>[]
): Running<G> {
  return {
    address: { port },
    gateway,
    expectLog: (pattern) => {
      for (const server of [gateway, ...servers]) server.expectLog(pattern);
    },
  };
}
