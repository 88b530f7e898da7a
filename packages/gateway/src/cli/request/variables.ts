// Makes the CGI variables of `sluice request` (RFC 3875 section 4.1), as a web server would. Pure.
import { formatServer } from '../../backends/upstreams/server.ts';
import { variablesBy } from '../../backends/upstreams/request-variables.ts';
import { Variables } from '../../exchange/variables.ts';
import { RequestError } from './request-error.ts';
import { wireText, type Target } from './target.ts';

/** What decides about the variables besides the URL. */
export interface VariableWishes {
  readonly method: string;
  /** `Name: value` each. */
  readonly headers: readonly string[];
  /** `NAME=VALUE` each. */
  readonly params: readonly string[];
  /** Of the body; null if there is none. */
  readonly bodyBytes: number | null;
  readonly mount: string;
  readonly documentRoot: string | null;
  readonly release: string;
}

/** The variables as they go to the server. Throws a RequestError. */
export function requestVariables(target: Target, wishes: VariableWishes): Variables {
  const { bodyBytes, documentRoot, method, release } = wishes;
  const mount = wireText(wishes.mount);
  if (mount !== '' && !`${target.path}/`.startsWith(`${mount}/`))
    throw new RequestError(`--mount ${mount}: the path ${target.path} is not below it`);
  const [serverName, serverPort] = serverOf(target);
  const variables: Record<string, string> = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: method,
    REQUEST_URI: target.query === '' ? target.path : `${target.path}?${target.query}`,
    SCRIPT_NAME: decode(mount),
    PATH_INFO: decode(target.path.slice(mount.length)),
    QUERY_STRING: target.query,
    SERVER_NAME: serverName,
    SERVER_PORT: serverPort,
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_SOFTWARE: `sluice/${release}`,
    REMOTE_ADDR: '127.0.0.1',
    REMOTE_PORT: '0',
    HTTP_HOST: target.address.kind === 'unix' ? 'localhost' : formatServer(target.address),
    HTTP_USER_AGENT: `sluice/${release}`,
    HTTP_ACCEPT: '*/*',
  };
  if (bodyBytes !== null) {
    variables['CONTENT_LENGTH'] = String(bodyBytes);
    variables['CONTENT_TYPE'] = 'application/x-www-form-urlencoded';
  }
  for (const line of wishes.headers) Object.assign(variables, headerVariable(line));
  const rules = { params: {}, documentRoot, index: 'index.php' };
  const made = variablesBy(rules)(Variables.from(Object.entries(variables)));
  const given = Object.fromEntries(wishes.params.map(readParam));
  return made.with(given);
}

function serverOf({ address }: Target): readonly [name: string, port: string] {
  return address.kind === 'unix' ? ['localhost', '80'] : [address.host, String(address.port)];
}

/** What stands behind percent signs, as the bytes they are; what does not encode any stays. */
function decode(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function headerVariable(line: string): Record<string, string> {
  const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\0\r\n]*)$/.exec(line) ?? [];
  if (name === '') throw new RequestError(`--header: ${JSON.stringify(line)} is not "Name: value"`);
  const variable = name.toUpperCase().replaceAll('-', '_');
  if (variable === 'CONTENT_LENGTH') throw new RequestError('--header: the length is that of --data');
  return { [variable === 'CONTENT_TYPE' ? variable : `HTTP_${variable}`]: wireText(value) };
}

function readParam(pair: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = /^(\w+)=([^\0]*)$/s.exec(pair) ?? [];
  if (name === '') throw new RequestError(`--param: ${JSON.stringify(pair)} is not NAME=VALUE`);
  return [name, wireText(value)];
}
