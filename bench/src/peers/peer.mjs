// What a peer is. To add one: a file like its neighbours here, its name in all.mjs.

/**
 * What a peer has to serve.
 * @typedef {object} Setup
 * @property {import('../workloads/workload.mjs').Workload} workload
 * @property {number} processes Python processes.
 * @property {Record<string, string>} [env] Further environment variables of the servers.
 * @property {string} [gateway] The directory of the package of the gateway. Default: that of this checkout.
 *
 * A way from the client to an application, compared with the others of the same path.
 * @typedef {object} Peer
 * @property {string} name Unique within its path.
 * @property {string} label
 * @property {string} path The name of its path.
 * @property {readonly import('../stage/requirements.mjs').Requirement[]} needs
 * @property {(setup: Setup) => boolean} [serves] Whether it can take part. Default: always.
 * @property {(stage: import('../stage/stage.mjs').Stage, setup: Setup) => Promise<string>} start
 *   Starts its servers on the stage, which stops them later, and returns the URL. It need not wait until they answer.
 */

/**
 * @typedef {object} Path
 * @property {string} name
 * @property {string} title
 * @property {string} baseline The name of the peer that all others are compared with.
 * @property {readonly string[]} goals The workloads that a goal speaks of: what the sizes quick and short measure.
 * @property {readonly string[]} [workloads] Those that are measured in a full run. Default: all.
 */
export {};
