// What a client of the HTTP front may take: time and requests. The defaults are those of the settings.

/** Limits of one listener. */
export interface HttpLimits {
  /** How long a head may take. */
  readonly headerTimeoutMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveTimeoutMs: number;
  /** In each such time so many bytes of a body must come as the next makes of it; at least one. */
  readonly bodyTimeoutMs: number;
  readonly bodyBytesPerSecond: number;
  /** How long a client may take nothing of its reply. */
  readonly sendTimeoutMs: number;
  /** Requests until a connection is closed; null: no limit. */
  readonly connectionRequestsCount: number | null;
}

/** What holds unless the configuration says otherwise. */
export const USUAL_LIMITS: HttpLimits = {
  headerTimeoutMs: 10_000,
  keepAliveTimeoutMs: 75_000,
  bodyTimeoutMs: 30_000,
  bodyBytesPerSecond: 256,
  sendTimeoutMs: 60_000,
  connectionRequestsCount: null,
};
