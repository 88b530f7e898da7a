// What must be installed for a peer to take part, and how to get it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The interpreter of every peer, uWSGI's being the library of the same. */
export const PYTHON = '/usr/bin/python3';

/** The virtual environment of the peers from PyPI, made by `pnpm bench --install`. */
export const PEER_ENVIRONMENT = fileURLToPath(new URL('../../../.cache/bench-peers', import.meta.url));

/** The same interpreter with the packages of the peers. */
export const PEER_PYTHON = `${PEER_ENVIRONMENT}/bin/python`;

/**
 * @typedef {object} Requirement
 * @property {string} name
 * @property {string} install The command that installs it.
 * @property {readonly string[]} [debian] Packages of Debian that it comes from, or that its build needs.
 * @property {string} [pypi] The package of PyPI that it is, with its version: `name==version`.
 * @property {() => string | undefined} version What is installed; undefined when nothing is.
 */

/** The command that installs packages of Debian. @param {readonly string[]} packages */
export const aptCommand = (packages) => `apt install ${packages.join(' ')}`;

/**
 * A program that prints its version.
 * @param {{command: string, args: readonly string[], pattern: RegExp, debian: readonly string[], name?: string}} options
 * @returns {Requirement}
 */
export function program({ command, args, pattern, debian, name = command }) {
  return {
    name,
    debian,
    install: aptCommand(debian),
    version() {
      const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
      return error ? undefined : pattern.exec(stdout + stderr)?.[1];
    },
  };
}

/**
 * A Python package in the peers' environment.
 * @param {string} name @param {string} wanted
 * @param {readonly string[]} [debian] What its build needs. @returns {Requirement}
 */
export function pythonPackage(name, wanted, debian) {
  const code = `from importlib.metadata import version; print(version(${JSON.stringify(name)}))`;
  return {
    name,
    debian,
    pypi: `${name}==${wanted}`,
    install: 'pnpm bench --install',
    version() {
      if (!existsSync(PEER_PYTHON)) return undefined;
      const { status, stdout } = spawnSync(PEER_PYTHON, ['-c', code], { encoding: 'utf8' });
      return status === 0 ? stdout.trim() : undefined;
    },
  };
}
