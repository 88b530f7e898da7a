// The servers and frameworks of the distribution that the end-to-end tests run against.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { step } from './steps.mjs';

const PACKAGES = [
  'nginx-light',
  'apache2-bin',
  'libapache2-mod-jk',
  'libapache2-mod-fcgid',
  'libapache2-mod-wsgi-py3',
  'lighttpd',
  'lighttpd-mod-openssl',
  'haproxy',
  'caddy',
  'tomcat10-common',
  'php-fpm',
  'openssl',
  'curl',
  'spawn-fcgi',
  'uwsgi-core',
  'uwsgi-plugin-python3',
  'libfcgi-bin',
  'libfcgi-dev',
  'gcc',
  'libc6-dev',
  'python3',
  'python3-venv',
  'python3-flask',
  'python3-django',
];

/**
 * Installs missing packages when that is possible (Debian or a relative, as root), and says so. Elsewhere it only
 * says what is missing: tests that need it are skipped by name, or fail where CI is set.
 */
export async function installServers() {
  if (!existsSync('/etc/debian_version')) return;
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const list = missing.join(' ');
  if (process.getuid() !== 0) {
    console.log(`For all tests: sudo apt install ${list}`);
    return;
  }
  // RUNLEVEL keeps the packages from starting their services; the tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await step('looking for packages (apt-get update)', 'apt-get', ['update', '-q'], { env });
  await step(
    `installing for the tests: ${list}`,
    'apt-get',
    ['install', '-q', '-y', '--no-install-recommends', ...missing],
    {
      env,
    },
  );
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return stdout === 'installed';
}
