// The options of `sluice config`: what the command line says of the web server.
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { ConfigError, type FlagValues } from '../../config/index.ts';
import { parseListenAddress } from '../../config/kinds/address.ts';
import { webServers } from '../../webserver/servers.ts';
import {
  listed,
  type Certificate,
  type GatewayAddress,
  type WebAddress,
  type WebProtocol,
} from '../../webserver/site.ts';

/** What the command line says besides the settings of the gateway. */
export interface WebOptions {
  readonly protocol: WebProtocol | null;
  readonly module: string | null;
  readonly name: string | null;
  readonly gateways: readonly GatewayAddress[];
  readonly serverNames: readonly string[];
  readonly listen: readonly WebAddress[];
  readonly certificate: Certificate | null;
}

/** Adds them to the command. */
export function addWebOptions(command: Command): void {
  const add = (flags: string, text: string): Option => new Option(flags, text).helpGroup('The web server:');
  const repeated = (flags: string, text: string): Option =>
    add(flags, `${text}; may be repeated`).argParser(append);
  const options = [
    add('--protocol <protocol>', `${listed(protocols)} (default: the best that both sides speak)`),
    add('--module <module>', `a module of the web server: ${listed(moduleNames())}`),
    repeated('--server-name <name>', 'a host name of the site (default: every name)'),
    repeated('--listen <address>', 'where the web server listens (default: 80, or 443 with a certificate)'),
    add('--certificate <path>', 'the certificate for TLS, with its chain, as PEM'),
    add('--certificate-key <path>', 'its key, as PEM'),
    repeated('--gateway <address>', 'where a gateway is (default: the listener in sluice.toml)'),
    add('--name <name>', 'the name of the upstream, unit or file (default: of the application directory)'),
  ];
  for (const option of options) command.addOption(option);
}

function moduleNames(): readonly string[] {
  return Object.keys(webServers).flatMap((key) => key.split(':').slice(1));
}

function append(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

const protocols: readonly WebProtocol[] = ['fastcgi', 'ajp', 'scgi', 'uwsgi', 'http'];

/** Reads them. Throws `ConfigError`. */
export function readWebOptions(flags: FlagValues, directory: string): WebOptions {
  return {
    protocol: readProtocol(word(flags, 'protocol')),
    module: word(flags, 'module'),
    name: readName(word(flags, 'name')),
    gateways: words(flags, 'gateway').map((text) => readGateway(text, directory)),
    serverNames: words(flags, 'server-name').map(readServerName),
    listen: words(flags, 'listen').map(readWebAddress),
    certificate: readCertificate(flags, directory),
  };
}

function word(flags: FlagValues, name: string): string | null {
  const value = flags[name];
  return typeof value === 'string' ? value : null;
}

function words(flags: FlagValues, name: string): readonly string[] {
  const value = flags[name];
  return typeof value === 'object' ? value : [];
}

function readProtocol(text: string | null): WebProtocol | null {
  const found = protocols.find((each) => each === text);
  if (text !== null && found === undefined) throw wrong('protocol', text, `one of ${protocols.join(', ')}`);
  return found ?? null;
}

function readName(text: string | null): string | null {
  if (text !== null && !/^[A-Za-z][\w-]{0,63}$/.test(text)) {
    throw wrong('name', text, 'up to 64 letters, digits, "_" and "-", a letter first');
  }
  return text;
}

function readGateway(text: string, directory: string): GatewayAddress {
  const parsed = parseListenAddress(text);
  if ('reason' in parsed)
    throw wrong('gateway', text, `an address such as "10.0.0.2:9000" (${parsed.reason})`);
  const { value } = parsed;
  if (value.kind === 'tcp') return value;
  if (value.kind === 'unix') return { kind: 'unix', path: resolve(directory, value.path) };
  throw wrong('gateway', text, 'an address that can be connected to');
}

function readServerName(text: string): string {
  if (!/^[A-Za-z0-9*]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text)) {
    throw wrong('server-name', text, 'a host name such as "www.example.org" or "*.example.org"');
  }
  return text;
}

function readWebAddress(text: string): WebAddress {
  if (/^\d{1,5}$/.test(text)) return { host: null, port: Number(text) };
  const parsed = parseListenAddress(text);
  if ('value' in parsed && parsed.value.kind === 'tcp') return parsed.value;
  throw wrong('listen', text, 'a port, or an address such as "127.0.0.1:8080"');
}

function readCertificate(flags: FlagValues, directory: string): Certificate | null {
  const certificate = word(flags, 'certificate');
  const key = word(flags, 'certificate-key');
  if (certificate === null && key === null) return null;
  if (certificate === null || key === null) {
    throw wrong('certificate', certificate ?? '', 'both --certificate and --certificate-key');
  }
  return { certificate: resolve(directory, certificate), key: resolve(directory, key) };
}

function wrong(flag: string, text: string, allowed: string): ConfigError {
  const problem = `${JSON.stringify(text)} is not possible; give ${allowed}`;
  return new ConfigError([{ source: { kind: 'flag', name: flag }, key: '', text: problem }]);
}
