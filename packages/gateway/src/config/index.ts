// The configuration, as the rest of the gateway sees it.
export { loadConfig, type LoadedConfig } from './load.ts';
export {
  applicationOf,
  attachedDescriptor,
  hasOwnApplication,
  poolsWithApplication,
  type Application,
} from './applications.ts';
export { ConfigError, formatProblem, formatSource } from './problems.ts';
export { findPython, type FoundPython } from './python.ts';
export { defaultUpstream } from './settings/upstream.ts';
export { formatListenAddress } from './kinds/address.ts';
export type { Environment, FlagValues } from './overrides.ts';
export type * from './types.ts';
