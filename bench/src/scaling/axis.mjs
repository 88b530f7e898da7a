// What grows, while the cost of a request should not. To add an axis: a file in axes, its name in all.mjs.

/**
 * One thing that grows.
 * @typedef {object} Axis
 * @property {string} name
 * @property {string} title
 * @property {string} unit What the values count, as the head of a column.
 * @property {string} about What is done, in sentences.
 * @property {Readonly<Record<import('../sizes.mjs').Size, readonly number[]>>} values From small to large.
 * @property {boolean} [isPerByte] Cost is that of a mebibyte, because requests grow. Default: that of a request.
 * @property {boolean} [hasSteadyThroughput] The largest value should serve as many requests a second as the smallest. Default: that
 *   is not judged.
 * @property {(stage: import('../stage/stage.mjs').Stage, value: number) => Promise<string>} start Returns the URL.
 * @property {(place: {url: string, value: number, seconds: number, round: number, signal: AbortSignal, isWarmUp?: boolean,
 *   generator: import('../gate/load/load.mjs').Generator}) => Promise<{requests: number, seconds: number, failed: string}>} load
 *   Puts load on it and says what came of it; what failed in words, empty where nothing did.
 */
export {};
