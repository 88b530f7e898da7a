// Tells the application how long its request has waited, as `sluice.queue_ms` among its variables.

import type { Variables } from '../../exchange/variables.ts';

/** The variables with `sluice.queue_ms` set to the time in milliseconds with one decimal, such as `12.4`. */
export function withQueueTime(variables: Variables, waitedMs: number): Variables {
  return variables.plus('sluice.queue_ms', waitedMs.toFixed(1));
}
