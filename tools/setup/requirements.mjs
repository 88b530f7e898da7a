// What must be on the machine before anything else: Node and Python.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const OLDEST_NODE = [20, 19];
const OLDEST_PYTHON_MINOR = 9;
const NEWEST_PYTHON_MINOR = 13;

/** Ends the process with a plain message: what is wrong, and what to do. */
export function giveUp(message) {
  console.error(`\nsluice: ${message}`);
  process.exit(1);
}

/** Ends the process when Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  giveUp(
    `this is Node ${process.versions.node}, but Node ${OLDEST_NODE.join('.')} or later is needed. ` +
      'Get it from https://nodejs.org/ or your distribution.',
  );
}

/**
 * One interpreter for each supported minor version of Python on this machine, oldest first; that of the
 * distribution before others of the same version. Ends the process when there is none.
 */
export function requirePythons() {
  const found = new Map();
  for (const path of pythonCandidates()) {
    const minor = pythonMinor(path);
    if (minor >= OLDEST_PYTHON_MINOR && minor <= NEWEST_PYTHON_MINOR && !found.has(minor))
      found.set(minor, path);
  }
  if (found.size === 0) {
    giveUp('no Python 3.9 to 3.13 was found. Install python3 (Debian: apt install python3) and try again.');
  }
  return [...found].sort(([a], [b]) => a - b).map(([minor, path]) => ({ name: `Python 3.${minor}`, path }));
}

function pythonCandidates() {
  const versions = [];
  for (let minor = OLDEST_PYTHON_MINOR; minor <= NEWEST_PYTHON_MINOR; minor++)
    versions.push(`python3.${minor}`);
  const pyenv = join(homedir(), '.pyenv', 'versions');
  const installed = existsSync(pyenv)
    ? readdirSync(pyenv).map((name) => join(pyenv, name, 'bin', 'python3'))
    : [];
  return ['/usr/bin/python3', 'python3', ...versions, ...installed];
}

// A name may be there without a working interpreter behind it (a pyenv shim), so it is asked. NaN: not Python 3.
function pythonMinor(path) {
  const { status, stdout } = spawnSync(path, ['-c', 'import sys; print(*sys.version_info[:2])'], {
    encoding: 'utf8',
  });
  const [major, minor] = (stdout ?? '').trim().split(' ').map(Number);
  return status === 0 && major === 3 ? minor : Number.NaN;
}
