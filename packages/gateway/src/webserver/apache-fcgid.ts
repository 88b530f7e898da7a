// Apache that starts the gateway by itself, by mod_fcgid: a file for sites-available.
import { dirname } from 'node:path';
import { apacheHost, quote, virtualHost } from './apache-host.ts';
import { blankSeparated, spawnedCommand } from './spawn.ts';
import type { Site } from './site.ts';
import { comment, indented, wholeSeconds } from './text.ts';

/** Gateways of one worker each, which end with Apache. */
export function apacheFcgidConfig(site: Site): readonly string[] {
  const program = site.command.words.at(-1) ?? '';
  const target = site.mount === '' ? '/' : site.mount;
  const seconds = wholeSeconds(site.silenceMs);
  return virtualHost(
    site,
    ['fcgid', 'alias'],
    [
      ...apacheHost(site, 60_000),
      [...comment('An encoded slash (%2F) is allowed; by default it is a 404.'), 'AllowEncodedSlashes On'],
      [
        ...comment(
          'mod_fcgid gives a process one request at a time: so there are as many gateways as there would be threads of workers, and each has one worker. It is never ended for its age; it keeps its worker in order by itself.',
        ),
        `FcgidMaxProcessesPerClass ${site.lanes}`,
        'FcgidMinProcessesPerClass 1',
        'FcgidProcessLifeTime 0',
        'FcgidMaxRequestsPerProcess 0',
        'FcgidIdleTimeout 0',
        ...comment(
          'A little more than request_timeout and queue.timeout, so that the gateway is the one to answer.',
        ),
        `FcgidIOTimeout ${seconds}`,
        `FcgidBusyTimeout ${seconds}`,
        ...comment('As body.max of the gateway; 128 KiB by default.'),
        `FcgidMaxRequestLen ${site.bodyMaxBytes}`,
        ...comment('Each piece of a reply goes on at once.'),
        'FcgidOutputBufferSize 0',
        'FcgidPassHeader Authorization',
      ],
      [
        ...comment(
          'The path begins behind a file that exists; so SCRIPT_NAME comes out empty, and PATH_INFO is the whole path.',
        ),
        `Alias ${quote(target)} ${quote(`${program}${target}`)}`,
        `<Directory ${quote(dirname(program))}>`,
        ...indented([
          'Require all granted',
          'AllowOverride None',
          'Options ExecCGI FollowSymLinks',
          'SetHandler fcgid-script',
          `FcgidWrapper ${quote(blankSeparated(spawnedCommand(site, '--processes', '1', '--threads', '1')))}`,
        ]),
        '</Directory>',
      ],
    ],
  );
}
