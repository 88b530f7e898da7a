// Decides which lane a request goes to. Pure.

/** What there is to know about a lane here. */
export interface LaneView {
  /** Requests on it: 0 if its thread is free. */
  readonly load: number;
  /** Whether more than one request at a time makes sense on it now. */
  readonly mayLookAhead: boolean;
  readonly isRecalling: boolean;
  /** How many lanes of its process are busy: they share an interpreter, and mostly a processor. */
  readonly busyAround: number;
}

/**
 * The lane for the next request, or null if it has to wait in the queue.
 *
 * A free lane comes first, always, of the process that does least. When there is none, a request may be handed ahead to the lane with the fewest
 * requests, up to `loadMax`: that saves the worker a wake-up, and it is taken back if the request before it turns
 * out to be slow. A streamed body needs a lane for itself.
 *
 * @param isHeldUp tells of a busy lane that it will not come to another request soon; default never
 */
export function chooseLane<L extends LaneView>(
  lanes: readonly L[],
  loadMax: number,
  isStreamed: boolean,
  isHeldUp: (lane: L) => boolean = never,
): L | null {
  let free: L | null = null;
  let freeBusyAround = Infinity;
  let best: L | null = null;
  for (const lane of lanes) {
    if (lane.load === 0) {
      if (isStreamed && lane.isRecalling) continue;
      const { busyAround } = lane;
      if (busyAround === 0) return lane;
      if (busyAround >= freeBusyAround) continue;
      free = lane;
      freeBusyAround = busyAround;
    } else if (
      !isStreamed &&
      lane.load < loadMax &&
      lane.mayLookAhead &&
      lane.load < (best?.load ?? loadMax) &&
      !isHeldUp(lane)
    ) {
      best = lane;
    }
  }
  return free ?? best;
}

function never(): boolean {
  return false;
}
