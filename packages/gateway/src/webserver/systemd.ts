// The units that run a gateway as a service of systemd.
import { dirname, relative } from 'node:path';
import type { GatewayConfig, ListenConfig } from '../config/types.ts';
import { activatedSocket, SiteError, type Site } from './site.ts';
import { serveCommand } from './spawn.ts';
import { comment, paragraphs, wholeSeconds } from './text.ts';

/** The service, and for each listener of socket activation a socket. */
export function systemdUnits(site: Site, config: GatewayConfig): readonly string[] {
  const sockets = config.listen.filter(({ address }) => address.kind === 'systemd');
  return paragraphs([
    service(site, config, sockets),
    ...sockets.map((listen) => socket(site, listen, sockets.length)),
  ]);
}

function service(site: Site, config: GatewayConfig, sockets: readonly ListenConfig[]): readonly string[] {
  const { name } = site;
  const { app, pools } = config;
  const stopMs = Math.max(...Object.values(pools).map(({ stopTimeoutMs }) => stopTimeoutMs));
  const units = sockets.map((listen) => socketUnit(site, listen, sockets.length));
  const runtime = runtimeDirectories(config, name);
  return paragraphs([
    [`# /etc/systemd/system/${name}.service`],
    [
      '[Unit]',
      `Description=${name} (Sluice)`,
      'After=network.target',
      ...(units.length > 0 ? [`Requires=${units.join(' ')}`, `After=${units.join(' ')}`] : []),
    ],
    [
      '[Service]',
      ...comment(
        'Ready when requests are accepted. A small process of the gateway passes that on, hence "all".',
      ),
      'Type=notify',
      'NotifyAccess=all',
      `ExecStart=${serveCommand(site).map(word).join(' ')}`,
      ...comment('New code without a lost request.'),
      'ExecReload=/bin/kill -HUP $MAINPID',
      `WorkingDirectory=${app.directory.replaceAll('%', '%%')}`,
      ...user(config, name),
      ...comment('For the sockets in /run; it is there before the gateway.'),
      `RuntimeDirectory=${runtime.join(' ')}`,
      'RuntimeDirectoryMode=0755',
      // Otherwise the sockets of the socket units would go with the service.
      ...(sockets.length > 0 ? ['RuntimeDirectoryPreserve=yes'] : []),
      ...(config.control.address === null
        ? [
            ...comment('For sluice status, reload and so on: --control with this path.'),
            `Environment=SLUICE_CONTROL=/run/${name}/control.sock`,
          ]
        : []),
      'Restart=on-failure',
      ...comment('Exit code 2: the configuration is wrong, and starting again does not help.'),
      'RestartPreventExitStatus=2',
      ...comment('The event loop of the gateway feeds the watchdog.'),
      'WatchdogSec=30',
      ...comment('A little more than stop_timeout.'),
      `TimeoutStopSec=${wholeSeconds(stopMs) + 10}`,
      ...comment('Only the gateway is told to stop; it stops its workers when they have finished.'),
      'KillMode=mixed',
      'LimitNOFILE=65536',
    ],
    hardening(config),
    ['[Install]', 'WantedBy=multi-user.target'],
  ]);
}

// A gateway that changes its user by itself has to begin as root.
function user({ app, listen }: GatewayConfig, name: string): readonly string[] {
  if (app.user !== null) return [...comment(`It becomes ${app.user} by itself (app.user).`)];
  const groups = listen.flatMap(({ group }) => (group === null ? [] : [group]));
  return [
    ...comment(`The user has to exist: useradd --system ${name}`),
    `User=${name}`,
    ...(groups.length > 0
      ? [
          ...comment('To give the sockets to the group of the web server.'),
          `SupplementaryGroups=${[...new Set(groups)].join(' ')}`,
        ]
      : []),
  ];
}

function hardening({ app, body, control, log }: GatewayConfig): readonly string[] {
  const written = [body.spoolDirectory, ...[control.pidFile, log.file].map(directoryOf)];
  const paths = written.flatMap((path) => (path === null || path.startsWith('/run/') ? [] : [path]));
  const isHome = app.directory.startsWith('/home/') || app.directory.startsWith('/root/');
  return [
    ...comment(
      'What the application does not need. If it writes files, name their directories in ReadWritePaths.',
    ),
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    ...(paths.length > 0 ? [`ReadWritePaths=${paths.map((path) => `-${path}`).join(' ')}`] : []),
    isHome ? 'ProtectHome=read-only' : 'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectControlGroups=yes',
    'RestrictSUIDSGID=yes',
    'RestrictRealtime=yes',
    'LockPersonality=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
  ];
}

function directoryOf(path: string | null): string | null {
  return path === null ? null : dirname(path);
}

function runtimeDirectories({ listen, control }: GatewayConfig, name: string): readonly string[] {
  const sockets = listen.flatMap(({ address }) => (address.kind === 'unix' ? [address.path] : []));
  const paths = [
    ...sockets,
    ...(control.address === null ? [`/run/${name}/control.sock`] : []),
    ...(control.address?.kind === 'unix' ? [control.address.path] : []),
    ...(control.pidFile === null ? [] : [control.pidFile]),
  ];
  const below = paths
    .filter((path) => path.startsWith('/run/'))
    .map((path) => relative('/run', dirname(path)));
  return [...new Set(below.filter((path) => path !== ''))];
}

function socketUnit({ name }: Site, { address }: ListenConfig, count: number): string {
  const own = address.kind === 'systemd' ? address.name : null;
  return own === null || count === 1 ? `${name}.socket` : `${name}-${own}.socket`;
}

function socket(site: Site, listen: ListenConfig, count: number): readonly string[] {
  const { address, backlogCount } = listen;
  if (address.kind !== 'systemd') throw new SiteError('a listener of socket activation was expected');
  const unit = socketUnit(site, listen, count);
  return paragraphs([
    [`# /etc/systemd/system/${unit}`],
    ['[Unit]', `Description=${site.name} (Sluice), its socket for ${listen.protocol}`],
    [
      '[Socket]',
      `ListenStream=${activatedSocket(site.name, address.name)}`,
      ...(address.name === null ? [] : [`FileDescriptorName=${address.name}`]),
      `Service=${site.name}.service`,
      ...comment('The group of the web server.'),
      'SocketGroup=www-data',
      'SocketMode=0660',
      `Backlog=${backlogCount}`,
    ],
    ['[Install]', 'WantedBy=sockets.target'],
  ]);
}

function word(text: string): string {
  const escaped = text.replace(/[%$]/g, '$&$&');
  return /[\s"'\\;]/.test(escaped) ? `"${escaped.replace(/["\\]/g, '\\$&')}"` : escaped;
}
