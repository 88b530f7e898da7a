// The public types as a strict program uses them; compiled by `api.test.ts`, never run.
import {
  Agent,
  ClientConnection,
  createServer,
  FastCgiError,
  request,
  Role,
  ServerConnection,
  type CgiHead,
  type ClientHandler,
  type ClientRequest,
  type FastCgiErrorCode,
  type FastCgiServer,
  type IncomingResponse,
  type OutgoingRequest,
  type ServerHandler,
  type ServerRequest,
  type Transport,
} from '@sluice/fastcgi';
import {
  encodeParams,
  encodeStream,
  Params,
  RecordDecoder,
  RecordType,
  type RecordSink,
} from '@sluice/fastcgi/codec';

const server: FastCgiServer = createServer(
  { maxConnections: 10, limits: { requests: 4 } },
  (incoming, response) => {
    const user: string | undefined = incoming.params.get('REMOTE_USER');
    if (incoming.role === Role.AUTHORIZER) response.allow({ USER: user ?? '' });
    response.writeHead(200, 'OK', { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2'] });
    incoming.pipe(response);
    incoming.data?.resume();
    response.stderr.write('x');
  },
);
server.on('clientError', (error) => {
  const code: FastCgiErrorCode = error.code;
  // @ts-expect-error -- codes are a closed union
  if (code === 'FCGI_NO_SUCH_CODE') return;
});
server.listen({ fd: 0 });
export const closed: Promise<void> = server.close({ timeoutMs: 10 });

export const outgoing: OutgoingRequest = request(
  {
    socketPath: '/run/app.sock',
    agent: new Agent({ concurrency: 8 }),
    params: { A: Buffer.from('b') },
    body: '',
  },
  (response: IncomingResponse) => {
    const status: number = response.statusCode;
    const exit: number | undefined = response.appStatus;
    // @ts-expect-error -- read-only
    response.statusCode = status + (exit ?? 0);
  },
);
// @ts-expect-error -- a role is 1, 2 or 3
request({ port: 1, role: 4 });

interface Exchange {
  bytes: number;
}

const handler: ServerHandler<Exchange> = {
  onRequest(incoming: ServerRequest<Exchange>) {
    incoming.userData = { bytes: 0 };
    // @ts-expect-error -- what a front attaches has one type
    incoming.userData = 'text';
  },
  onStdin(incoming, chunk) {
    if (incoming.userData !== undefined) incoming.userData.bytes += chunk.length;
  },
  onStdinEnd: (incoming) => incoming.end([Buffer.from('Status: 204\r\n\r\n')]),
  onData: () => undefined,
  onDataEnd: () => undefined,
  onAbort: () => undefined,
  onDrain: () => undefined,
};

export function join(transport: Transport): ServerConnection<Exchange> {
  return new ServerConnection(transport, handler, { multiplex: false });
}

export class Backend implements ClientHandler<string> {
  onHead(sent: ClientRequest<string>, head: CgiHead): void {
    const [first] = head.headers;
    if (first?.[0] === sent.userData) sent.abort();
  }
  onBody(sent: ClientRequest<string>, chunk: Buffer): void {
    if (chunk.length > 0) sent.pause();
  }
  onStderr(): void {}
  onEnd(_sent: ClientRequest<string>, end: { appStatus: number }): void {
    if (end.appStatus !== 0) throw new FastCgiError('FCGI_ABORTED', 'x', { requestId: 1 });
  }
  onFail(_sent: ClientRequest<string>, error: FastCgiError): boolean {
    return error.retriable;
  }
  onDrain(): void {}
}

export function dial(transport: Transport): ClientRequest<string> {
  return new ClientConnection<string>(transport, new Backend()).request({
    params: [['A', 'b']],
    userData: 'x',
  });
}

const sink: RecordSink = {
  onContent({ type, requestId }, chunk, start, end) {
    if (type === RecordType.PARAMS && requestId > 0) Params.from(chunk.subarray(start, end)).toBlock();
  },
};
new RecordDecoder(sink).push(
  Buffer.concat([encodeParams(1, new Map([['A', 'b']])), encodeStream(RecordType.STDIN, 1, Buffer.alloc(1))]),
);
// @ts-expect-error -- BEGIN_REQUEST is no stream
encodeStream(RecordType.BEGIN_REQUEST, 1, Buffer.alloc(1));
