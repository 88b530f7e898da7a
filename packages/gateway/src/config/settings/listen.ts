// [[listen]]: the sockets web servers and browsers connect to.
import { usualForwarding } from '../forwarding-headers.ts';
import { networkList } from '../kinds/access.ts';
import { listenAddress } from '../kinds/address.ts';
import { attributeNames } from '../kinds/attributes.ts';
import { forwardingHeaders, trustedPeers } from '../kinds/forwarding.ts';
import { size } from '../kinds/quantity.ts';
import { choice, fileMode, integer, text, toggle } from '../kinds/scalar.ts';
import { mountPath } from '../kinds/url-path.ts';
import type { SettingsOf } from '../setting.ts';
import type { ListenConfig, ListenProtocol } from '../types.ts';

/** Every protocol a listener can speak; each is also a flag that takes an address. */
export const listenProtocols: readonly [ListenProtocol, ...ListenProtocol[]] = [
  'http',
  'fastcgi',
  'ajp',
  'scgi',
  'uwsgi',
];

/** The settings of each `[[listen]]`. Their flags apply to every listener. */
export const listenSettings: SettingsOf<ListenConfig> = {
  protocol: {
    key: 'protocol',
    kind: choice(listenProtocols),
    fallback: { state: 'required' },
    flag: null,
    prose: 'What is spoken on the socket.',
  },
  address: {
    key: 'address',
    kind: listenAddress,
    fallback: { state: 'required' },
    flag: null,
    prose:
      'Where the socket is: `unix:/path` or just the path, `host:port`, `[IPv6]:port`, a port alone (on 127.0.0.1), `fd:N` for a listening socket inherited as descriptor N (0 from spawn-fcgi and mod_fcgid), `systemd` or `systemd:NAME` for socket activation.',
  },
  mode: {
    key: 'mode',
    kind: fileMode,
    fallback: { state: 'none', prose: '`"0660"` when `group` is given, `"0600"` otherwise' },
    flag: 'socket-mode',
    prose: 'Permission bits of a Unix socket. A web server needs write permission to connect.',
  },
  owner: {
    key: 'owner',
    kind: text('user', 'the name or number of a user', ['www-data', '33']),
    fallback: { state: 'none', prose: 'the user of the gateway' },
    flag: 'socket-owner',
    prose: 'The user a Unix socket belongs to. Only root may give it away.',
  },
  group: {
    key: 'group',
    kind: text('group', 'the name or number of a group', ['www-data', '33']),
    fallback: { state: 'none', prose: 'the group of the gateway' },
    flag: 'socket-group',
    prose:
      'The group a Unix socket belongs to, usually that of the web server. The user of the gateway must be a member.',
  },
  mount: {
    key: 'mount',
    kind: mountPath,
    fallback: { state: 'none', prose: 'the root' },
    flag: 'mount',
    prose:
      'The URL path under which the application lives. It becomes `SCRIPT_NAME` and is taken off the front of `PATH_INFO`.',
  },
  isScriptNameBelieved: {
    key: 'believe_script_name',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: 'believe-script-name',
    prose:
      'Without `mount`: a `SCRIPT_NAME` that is the whole path is where the application lives, and it is asked for its root. That is right where the web server knows the application as a script, as mod_fcgid does. Otherwise such a `SCRIPT_NAME` is taken for the path, and so it is in any case if it comes from nginx, Caddy or HAProxy without a `PATH_INFO`: they mean nothing else by it.',
  },
  backlogCount: {
    key: 'backlog',
    kind: integer(1, 65_535),
    fallback: { state: 'value', toml: 2048 },
    flag: 'backlog',
    prose:
      'Connections the kernel holds until the gateway accepts them. The kernel may cap it (`net.core.somaxconn`).',
  },
  allow: {
    key: 'allow',
    kind: networkList,
    fallback: { state: 'none', prose: 'everybody who can reach the socket' },
    flag: 'allow',
    prose:
      'Addresses and CIDR blocks that may connect over TCP. Required for FastCGI, SCGI and uwsgi on an address that other machines can reach, because whoever may connect decides what the application is told about a request.',
  },
  isProxied: {
    key: 'proxy_protocol',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: 'proxy-protocol',
    prose:
      'Every connection begins with a header of the PROXY protocol, version 1 or 2, as `send-proxy` and `send-proxy-v2` in HAProxy send it; its source is the client. Connections without one are closed. On an address that other machines can reach, `allow` must name who may connect.',
  },
  trusted: {
    key: 'trusted',
    kind: trustedPeers,
    fallback: { state: 'none', prose: 'nobody' },
    flag: 'trusted',
    prose:
      'HTTP: web servers whose forwarding headers are believed, by address or CIDR block; `"unix"` stands for whoever connects to a Unix socket. From all others such headers are removed. The client is the last address of the header that is not trusted.',
  },
  forwarded: {
    key: 'forwarded',
    kind: forwardingHeaders,
    fallback: { state: 'none', prose: `${usualForwarding.join(', ')}` },
    flag: 'forwarded',
    prose:
      'HTTP: the forwarding headers that the trusted web servers set themselves. Others are removed from requests, because a web server passes on what clients write into headers it does not know. `x-forwarded-for`, `x-real-ip` and `forwarded` say who the client is: name one of them.',
  },
  tlsCertificateFile: {
    key: 'tls.certificate',
    kind: text('path', 'the path of a file', ['/etc/mysite/fullchain.pem']),
    fallback: { state: 'none', prose: 'connections are not encrypted' },
    flag: 'tls-certificate',
    prose:
      'HTTP: encrypts connections by TLS 1.2 or 1.3 with this certificate, a PEM file that holds those in between as well. It is read again when it changes and on reload; one that cannot be used leaves the old one in place.',
  },
  tlsKeyFile: {
    key: 'tls.key',
    kind: text('path', 'the path of a file', ['/etc/mysite/privkey.pem']),
    fallback: { state: 'none', prose: 'it is in the file of the certificate' },
    flag: 'tls-key',
    prose: 'The private key of the certificate, a PEM file.',
  },
  secretFile: {
    key: 'secret_file',
    kind: text('path', 'the path of a file', ['/etc/mysite/ajp.secret']),
    fallback: { state: 'none', prose: 'no secret is asked for' },
    flag: 'ajp-secret-file',
    prose:
      'The file with the secret that requests over AJP must carry, one line, without access for everybody. Requests without it are answered with 403; web servers send it by `secret=` in `ProxyPass` (mod_proxy_ajp), `worker.NAME.secret` (mod_jk) or the environment variable `AJP13_SECRET` (lighttpd). Required unless only this machine can reach the address.',
  },
  allowedAttributes: {
    key: 'allowed_attributes',
    kind: attributeNames,
    fallback: { state: 'none', prose: 'those every web server sends' },
    flag: 'ajp-attribute',
    prose:
      'Further request attributes of AJP that become variables of that name. They are those of `JkEnvVar` in mod_jk, and variables that begin with `AJP_` in mod_proxy_ajp, without that prefix; a request with any that is not named is answered with 403. A variable that the gateway sets itself, such as `REMOTE_USER`, is never taken from one. `WSGI_SCRIPT_NAME` takes the place of `mount`.',
  },
  packetBytes: {
    key: 'packet_size',
    kind: size('8KiB', '64KiB'),
    fallback: { state: 'none', prose: '`"8KiB"`, which every web server takes' },
    flag: 'ajp-packet-size',
    prose:
      'The largest packet sent over AJP. The web server must take as much (`ProxyIOBufferSize`, `max_packet_size`). The head of a response must fit into one. Packets from the web server may have 64 KiB in any case.',
  },
  isPathDecoded: {
    key: 'decoded_path',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: 'ajp-decoded-path',
    prose:
      'The web server decodes `%XX` in paths before it sends them over AJP, as lighttpd does. They are then not decoded a second time.',
  },
};
