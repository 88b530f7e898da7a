// One request to a script, over the protocol it speaks, with exactly the variables that a row of the table wants.
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, request as askAjp } from '@sluice/ajp';
import { CgiHeadParser, request as askFastCgi } from '@sluice/fastcgi';
import { within } from '../deadline.ts';
import { NO_ANSWER, type Answer } from './answer.ts';

const DEADLINE_MS = 20_000;

/** A request as every protocol can carry it. */
export interface Question {
  /** Default GET. */
  readonly method?: string;
  /** Path and query, as a browser sends it. */
  readonly target: string;
  /** Default: what a web server says of an application mounted at the root. Null leaves a variable out. */
  readonly variables?: Readonly<Record<string, string | null>>;
  /** Header fields, in latin-1. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** What scripts speak over sockets. */
export type Protocol = 'fastcgi' | 'ajp' | 'scgi';

/** Asks whoever listens on a loopback port. That no answer comes, or half of one, is an answer too. */
export function ask(protocol: Protocol, port: number, question: Question): Promise<Answer> {
  const asking = { fastcgi: overFastCgi, ajp: overAjp, scgi: overScgi }[protocol](port, question);
  return within(DEADLINE_MS, asking, () => `no answer to ${question.target} over ${protocol}`);
}

/** The variables of CGI for a question. */
export function cgiVariables({
  method = 'GET',
  target,
  variables,
  headers = [],
  body,
}: Question): Record<string, string> {
  const [path = '', query = ''] = target.split('?');
  const all: Record<string, string | null> = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'table/1',
    SERVER_NAME: 'example.org',
    SERVER_PORT: '8080',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REMOTE_ADDR: '192.0.2.7',
    REQUEST_METHOD: method,
    REQUEST_URI: target,
    SCRIPT_NAME: '',
    PATH_INFO: decoded(path),
    QUERY_STRING: query,
    CONTENT_LENGTH: body === undefined ? '' : String(body.length),
  };
  for (const [name, value] of headers) {
    const key = name.toUpperCase().replaceAll('-', '_');
    all[key === 'CONTENT_TYPE' ? key : `HTTP_${key}`] = value;
  }
  const chosen = Object.entries({ ...all, ...variables });
  return Object.fromEntries(chosen.filter((pair): pair is [string, string] => pair[1] !== null));
}

/** An answer from the output of a CGI program. */
export function answerOfCgi(output: Buffer, { method }: Question): Answer {
  const read = readHead(output);
  if (!read) return NO_ANSWER;
  const { head, body } = read;
  return { ...head, body: body.toString('latin1'), isWhole: hasItsLength(head.headers, body, method) };
}

function readHead(output: Buffer): ReturnType<CgiHeadParser['push']> {
  try {
    return new CgiHeadParser().push(output);
  } catch {
    return undefined;
  }
}

// Where nothing but the end of the connection ends a body, its length is all there is to go by.
function hasItsLength(headers: Answer['headers'], body: Buffer, method = 'GET'): boolean {
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return length === undefined || method === 'HEAD' || Number(length) === body.length;
}

function overFastCgi(port: number, question: Question): Promise<Answer> {
  const params = Object.fromEntries(
    Object.entries(cgiVariables(question)).map(([name, value]) => [name, Buffer.from(value, 'latin1')]),
  );
  const request = askFastCgi({ port, agent: false, params });
  request.end(Buffer.from(question.body ?? '', 'latin1'));
  return new Promise((resolve) => {
    request.on('error', () => resolve(NO_ANSWER));
    request.once('response', (response) => collect(response, response.rawHeaders, question, resolve));
  });
}

async function overAjp(port: number, question: Question): Promise<Answer> {
  const agent = new Agent();
  const { method = 'GET', target, headers = [], body } = question;
  const request = askAjp({
    agent,
    port,
    method,
    path: target,
    serverName: 'example.org',
    serverPort: 8080,
    remoteAddress: '192.0.2.7',
    headers,
  });
  request.end(body === undefined ? undefined : Buffer.from(body, 'latin1'));
  const answer = await new Promise<Answer>((resolve) => {
    request.on('error', () => resolve(NO_ANSWER));
    request.once('response', (response) => collect(response, response.headerList, question, resolve));
  });
  agent.close();
  return answer;
}

function overScgi(port: number, question: Question): Promise<Answer> {
  const { CONTENT_LENGTH, ...rest } = cgiVariables(question);
  const pairs = Object.entries({ CONTENT_LENGTH: CONTENT_LENGTH || '0', SCGI: '1', ...rest });
  const block = pairs.map(([name, value]) => `${name}\0${value}\0`).join('');
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(`${block.length}:${block},${question.body ?? ''}`, 'latin1');
  const pieces: Buffer[] = [];
  let isReset = false;
  return new Promise((resolve) => {
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('error', () => (isReset = true));
    socket.on('close', () => {
      const answer = answerOfCgi(Buffer.concat(pieces), question);
      resolve({ ...answer, isWhole: answer.isWhole && !isReset });
    });
  });
}

type Response = Readable & { readonly statusCode: number; readonly statusMessage: string };

// Listens at once: a response may break off in the turn that it begins.
function collect(
  response: Response,
  headers: Answer['headers'],
  { method }: Question,
  done: (answer: Answer) => void,
): void {
  const pieces: Buffer[] = [];
  const finish = (isWhole: boolean): void => {
    const body = Buffer.concat(pieces);
    done({
      status: response.statusCode,
      reason: response.statusMessage,
      headers,
      body: body.toString('latin1'),
      isWhole: isWhole && hasItsLength(headers, body, method),
    });
  };
  response.on('data', (piece: Buffer) => pieces.push(piece));
  response.on('error', () => finish(false));
  response.on('end', () => finish(true));
}

function decoded(path: string): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
