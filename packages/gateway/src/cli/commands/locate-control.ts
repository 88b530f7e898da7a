// Finds the control socket of the gateway a command is for.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig } from '../../config/index.ts';
import { controlAddress } from '../../config/kinds/control.ts';
import type { FlagValues } from '../../config/overrides.ts';
import { variableName } from '../../config/setting.ts';
import { ControlError } from '../../control/client.ts';
import { defaultControlPath, knownControlPaths } from '../../control/place.ts';
import type { CliContext } from '../context.ts';
import { findConfigFile } from '../load.ts';

/**
 * The path of the socket: where `--control`, `SLUICE_CONTROL` or the configuration file says, else the default place of
 * the directory, else the only one there is. Throws `ControlError` if none of it leads anywhere, `ConfigError` if the
 * configuration is wrong.
 */
export function locateControl(flags: FlagValues, context: CliContext): string {
  const { environment, directory, coresCount } = context;
  const said = flags['control'] ?? environment[variableName('control')];
  if (typeof said === 'string' && said !== '') return resolve(directory, parse(said));
  // The configuration wants an application; which one does not matter here.
  const file = findConfigFile(undefined, flags, context);
  const { config } = loadConfig({ file, environment, flags: { target: 'any' }, directory, coresCount });
  const { address } = config.control;
  if (address?.kind === 'off') throw new ControlError('the configuration turns the control socket off');
  if (address) return address.path;
  const path = defaultControlPath(config.app.directory, environment);
  if (path === null) {
    throw new ControlError(
      'without XDG_RUNTIME_DIR there is no default place; name the socket with --control, as in "sluice serve --control unix:/run/mysite/control.sock"',
    );
  }
  return existsSync(path) ? path : onlyKnown(path, knownControlPaths(environment));
}

function parse(text: string): string {
  const result = controlAddress.schema.safeParse(text);
  if (!result.success || result.data.kind === 'off') {
    throw new ControlError(`--control ${text}: give ${controlAddress.allowed}`);
  }
  return result.data.path;
}

function onlyKnown(missing: string, known: readonly string[]): string {
  const [only, ...others] = known;
  if (only === undefined)
    throw new ControlError(`${missing}: there is no such socket; does the gateway run?`);
  if (others.length === 0) return only;
  const choices = known.map((path) => `--control ${path}`).join(', ');
  throw new ControlError(`no gateway runs in this directory; choose one with ${choices}`);
}
