// Apache in front of a gateway, by mod_jk: a file for sites-available.
import { apacheHost, quote, virtualHost } from './apache-host.ts';
import { SiteError, type GatewayAddress, type Site } from './site.ts';
import { comment, wholeSeconds } from './text.ts';

/** The workers, which are the whole server's, and the virtual host. */
export function apacheJkConfig(site: Site): readonly string[] {
  const { mount, name, exceptions, static: files } = site;
  const host = virtualHost(
    site,
    ['jk'],
    [
      ...apacheHost(site, site.packetBytes),
      [
        ...comment(
          'An encoded slash (%2F) is allowed; with NoDecode mod_jk would encode its percent sign once more.',
        ),
        'AllowEncodedSlashes On',
      ],
      [
        ...(mount === ''
          ? [`JkMount /* ${name}`]
          : [`JkMount ${mount} ${name}`, `JkMount ${mount}/* ${name}`]),
        ...(files.length > 0 ? comment('Apache sends these by itself.') : []),
        ...files.map(({ path }) => `JkUnMount ${quote(`${path}*`)} ${name}`),
        ...exceptions.map((path) => `JkMount ${quote(`${path}*`)} ${name}`),
      ],
    ],
  );
  return [...host, '', ...workers(site)];
}

function workers(site: Site): readonly string[] {
  const { name, gateways } = site;
  const isBalanced = gateways.length > 1;
  const names = gateways.map((_, index) => (isBalanced ? `${name}-${index + 1}` : name));
  return [
    ...comment(
      'recovery_options: by default mod_jk sends a request a second time when its reply breaks off, whatever the method.',
    ),
    ...gateways.flatMap((gateway, index) => worker(site, names[index] ?? name, gateway)),
    ...(isBalanced
      ? [
          property(name, 'type', 'lb'),
          property(name, 'balance_workers', names.join(',')),
          property(name, 'method', 'Busyness'),
        ]
      : []),
    `JkWorkerProperty worker.list=${name}`,
  ];
}

function worker(site: Site, name: string, gateway: GatewayAddress): readonly string[] {
  if (gateway.kind === 'unix') {
    throw new SiteError(
      'this mod_jk does not connect to Unix sockets; add a [[listen]] for ajp with address = "127.0.0.1:8009"',
    );
  }
  const { secret, packetBytes, silenceMs, gateways } = site;
  return [
    property(name, 'type', 'ajp13'),
    property(name, 'host', gateway.host),
    property(name, 'port', String(gateway.port)),
    ...(secret === null ? [] : [property(name, 'secret', secret)]),
    property(name, 'max_packet_size', String(packetBytes)),
    property(name, 'ping_mode', 'A'),
    property(name, 'reply_timeout', String(wholeSeconds(silenceMs) * 1000)),
    property(name, 'recovery_options', '7'),
    ...(gateways.length > 1 ? [property(name, 'fail_on_status', '-503')] : []),
  ];
}

function property(worker: string, key: string, value: string): string {
  const text = `worker.${worker}.${key}=${value}`;
  return `JkWorkerProperty ${/[\s"\\]/.test(text) ? quote(text) : text}`;
}
