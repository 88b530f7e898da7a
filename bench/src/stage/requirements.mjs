// What must be installed for a peer to take part, and how to get it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('../../', import.meta.url));

/** The interpreter of every peer, uWSGI's being the library of the same. */
export const PYTHON = '/usr/bin/python3';

/** The same interpreter with the packages of the peers, made by the command that a missing one prints. */
export const PEER_PYTHON = `${BENCH}.venv/bin/python`;

/**
 * @typedef {object} Requirement
 * @property {string} name
 * @property {string} install The command that installs it.
 * @property {() => string | undefined} version What is installed; undefined when nothing is.
 */

/**
 * A program that prints its version.
 * @param {{command: string, args: readonly string[], pattern: RegExp, install: string, name?: string}} options
 * @returns {Requirement}
 */
export function program({ command, args, pattern, install, name = command }) {
  return {
    name,
    install,
    version() {
      const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
      return error ? undefined : pattern.exec(stdout + stderr)?.[1];
    },
  };
}

/**
 * A Python package in the peers' environment.
 * @param {string} name @param {string} wanted
 * @param {string} [first] The command that installs what its build needs. @returns {Requirement}
 */
export function pythonPackage(name, wanted, first) {
  const code = `from importlib.metadata import version; print(version(${JSON.stringify(name)}))`;
  return {
    name,
    install: `${first ? `${first} && ` : ''}${PYTHON} -m venv ${BENCH}.venv && ${PEER_PYTHON} -m pip install ${name}==${wanted}`,
    version() {
      if (!existsSync(PEER_PYTHON)) return undefined;
      const { status, stdout } = spawnSync(PEER_PYTHON, ['-c', code], { encoding: 'utf8' });
      return status === 0 ? stdout.trim() : undefined;
    },
  };
}
