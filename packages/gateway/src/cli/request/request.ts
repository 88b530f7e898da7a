// `sluice request`: sends one request to a server and prints what it answers.
import { openLink, type Link, type ServerAddress } from '../../backends/upstreams/link.ts';
import { UpstreamFailure } from '../../backends/upstreams/failure.ts';
import type { ReplySink, UpstreamProtocol, UpstreamRequest } from '../../backends/upstreams/protocol.ts';
import { makeProtocol } from '../../compose/upstream-protocol.ts';
import { defaultUpstream, type FlagValues } from '../../config/index.ts';
import { duration } from '../../config/kinds/quantity.ts';
import { readSecret } from '../../config/secret-file.ts';
import { NO_BODY } from '../../exchange/body.ts';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { packageVersion } from '../package-version.ts';
import { readBody } from './body.ts';
import { Printer } from './printer.ts';
import { RequestError } from './request-error.ts';
import { parseTarget, type Target } from './target.ts';
import { requestVariables } from './variables.ts';

const timeoutKind = duration('1ms', '24h');

/** Sends it. The exit code tells whether there was a complete answer. */
export async function request(url: string, flags: FlagValues, context: CliContext): Promise<ExitCode> {
  const printer = new Printer(context, flags['include'] === true, flags['verbose'] === true);
  try {
    const target = parseTarget(url, context.directory);
    const timeoutMs = timeoutOf(flags);
    const protocol = protocolOf(target, flags);
    const sent = await requestOf(target, flags, context);
    const status = await ask(target.address, protocol, sent, timeoutMs, printer);
    return flags['fail'] === true && status >= 400 ? exitCodes.failed : exitCodes.ok;
  } catch (error) {
    if (error instanceof RequestError) {
      printer.tell(`sluice: ${error.message}`);
      return exitCodes.usage;
    }
    if (!(error instanceof UpstreamFailure)) throw error;
    printer.tell(`sluice: ${url}: ${error.message}`);
    return exitCodes.unreachable;
  }
}

function timeoutOf(flags: FlagValues): number {
  const parsed = timeoutKind.schema.safeParse(textOf(flags, 'timeout'));
  if (!parsed.success) throw new RequestError(`--timeout: give ${timeoutKind.allowed}`);
  return parsed.data;
}

function protocolOf(target: Target, flags: FlagValues): UpstreamProtocol {
  const secretFile = textOf(flags, 'secret-file');
  if (secretFile !== null) {
    if (target.protocol !== 'ajp') throw new RequestError('--secret-file: only AJP has a secret');
    const secret = readSecret(secretFile);
    if ('reason' in secret) throw new RequestError(`--secret-file ${secretFile}: ${secret.reason}`);
  }
  return makeProtocol({
    ...defaultUpstream(target.protocol, target.address),
    keepAliveCount: 0,
    secretFile,
    forwarding: 'pass',
  });
}

async function requestOf(target: Target, flags: FlagValues, context: CliContext): Promise<UpstreamRequest> {
  const data = textOf(flags, 'data');
  const body = data === null ? NO_BODY : await readBody(data, context);
  const method = textOf(flags, 'method') ?? (data === null ? 'GET' : 'POST');
  if (!/^[A-Za-z-]+$/.test(method)) throw new RequestError(`--method: ${JSON.stringify(method)} is none`);
  const variables = requestVariables(target, {
    method,
    headers: listOf(flags, 'header'),
    params: listOf(flags, 'param'),
    bodyBytes: data === null ? null : body.sizeBytes,
    mount: (textOf(flags, 'mount') ?? '').replace(/\/+$/, ''),
    documentRoot: textOf(flags, 'document-root')?.replace(/\/+$/, '') ?? null,
    release: packageVersion(),
  });
  return { method, variables, body };
}

/** Resolves with the status when the answer is complete. Rejects with an `UpstreamFailure` if it is not. */
function ask(
  address: ServerAddress,
  protocol: UpstreamProtocol,
  sent: UpstreamRequest,
  timeoutMs: number,
  printer: Printer,
): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    let link: Link | null = null;
    let status = 0;
    const over = (failure: UpstreamFailure | null): void => {
      clearTimeout(deadline);
      giveUp();
      link?.destroy();
      if (failure) reject(failure);
      else resolve(status);
    };
    const deadline = setTimeout(() => {
      const message = `no complete answer within ${timeoutMs} ms (--timeout)`;
      over(new UpstreamFailure('SLUICE_UPSTREAM_TIMEOUT', message));
    }, timeoutMs);
    const sink: ReplySink = {
      head: (head) => {
        status = head.status;
        printer.head(head);
      },
      body: (bytes) => {
        if (!printer.body(bytes)) over(null);
      },
      end: () => {
        printer.end();
        over(null);
      },
      failed: over,
      log: (text) => printer.log(text),
    };
    const opened = (open: Link): void => {
      link = open;
      printer.sends(sent.variables);
      try {
        open.connection.send(sent, sink);
      } catch (error) {
        if (!(error instanceof UpstreamFailure)) throw error;
        over(error);
      }
    };
    const giveUp = openLink(address, protocol, timeoutMs, { opened, failed: over });
  });
}

function textOf(flags: FlagValues, name: string): string | null {
  const value = flags[name];
  return typeof value === 'string' ? value : null;
}

function listOf(flags: FlagValues, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value : [];
}
