// A call of a command that talks to a running gateway.
import type { FlagValues } from '../../config/overrides.ts';
import type { CliContext } from '../context.ts';

/** What a command gets: the socket, its argument, its flags. */
export interface ControlCall {
  readonly path: string;
  readonly argument: string | undefined;
  readonly flags: FlagValues;
  readonly context: CliContext;
}
