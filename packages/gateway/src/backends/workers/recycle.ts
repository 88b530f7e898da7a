// Decides when a worker has served long enough. Pure, but for the chance that keeps workers from ending together.

/** When a worker is replaced by a new one; null is never. */
export interface RecycleLimits {
  readonly recycleRequests: number | null;
  readonly recycleAgeMs: number | null;
  readonly recycleMemoryBytes: number | null;
}

/** What a worker has behind it. */
export interface ServiceView {
  readonly servedCount: number;
  readonly ageMs: number;
  /** Read only if there is a limit for it; null where the system does not tell. */
  readonly memoryBytes: number | null;
}

/** Limits are lowered by up to this share, so that workers that began together do not end together. */
const JITTER = 0.1;

/** The limits of one worker. `chance` is from 0 to 1. */
export function jittered(limits: RecycleLimits, chance: number): RecycleLimits {
  const lower = (limit: number | null): number | null =>
    limit === null ? null : Math.max(1, Math.round(limit * (1 - JITTER * chance)));
  return {
    recycleRequests: lower(limits.recycleRequests),
    recycleAgeMs: lower(limits.recycleAgeMs),
    recycleMemoryBytes: lower(limits.recycleMemoryBytes),
  };
}

/** Why a worker is due, for the log; null if it is not. */
export function recycleReason(limits: RecycleLimits, served: ServiceView): string | null {
  const { recycleRequests, recycleAgeMs, recycleMemoryBytes } = limits;
  if (recycleRequests !== null && served.servedCount >= recycleRequests) {
    return `has served ${served.servedCount} requests (recycle.requests)`;
  }
  if (recycleAgeMs !== null && served.ageMs >= recycleAgeMs) {
    return `is ${Math.round(served.ageMs / 1000)} s old (recycle.age)`;
  }
  if (recycleMemoryBytes !== null && (served.memoryBytes ?? 0) >= recycleMemoryBytes) {
    return `has ${Math.round((served.memoryBytes ?? 0) / 2 ** 20)} MiB (recycle.memory)`;
  }
  return null;
}
