// AJP as a web server speaks it.
import {
  AjpError,
  decodeResponseMessage,
  encodeBodyPacket,
  encodeForwardRequest,
  PacketDecoder,
} from '@sluice/ajp/codec';
import type { Answer, HonestRequest, Speaker } from './speaker.ts';

const PACKET_BYTES = 65_536;

/** A request with the only body packet it needs. */
function ajpRequest(
  { target, method = 'GET', body, headers = [] }: HonestRequest,
  secret: string | null = null,
): Buffer {
  const [uri = '', queryString = null] = target.split('?');
  const bytes = body === undefined ? null : Buffer.from(body);
  const first = encodeForwardRequest({
    method,
    uri,
    queryString,
    secret,
    remoteAddress: '127.0.0.1',
    serverName: 'localhost',
    headers: [...headers, ...(bytes ? [['Content-Length', String(bytes.length)] as const] : [])],
  });
  return bytes ? Buffer.concat([first, encodeBodyPacket(bytes, PACKET_BYTES)]) : first;
}

function* messagesIn(received: Buffer): Generator<ReturnType<typeof decodeResponseMessage>> {
  const decoder = new PacketDecoder('toWebServer', PACKET_BYTES);
  decoder.push(received);
  try {
    for (let payload; (payload = decoder.next()) !== null;) yield decodeResponseMessage(payload);
  } catch (error) {
    if (!(error instanceof AjpError)) throw error;
  }
}

export const ajp: Speaker = {
  protocol: 'ajp',
  isKept: true,
  request: (request) => ajpRequest(request),
  answers: (received) => {
    const answers: Answer[] = [];
    let status = 0;
    let body = '';
    for (const message of messagesIn(received)) {
      if (message.type === 'head') [status, body] = [message.head.status, ''];
      else if (message.type === 'bodyChunk') body += message.data.toString('latin1');
      else if (message.type === 'end') answers.push({ status, body });
    }
    return answers;
  },
};

/** AJP to a listener that asks for a secret. */
export function ajpWith(secret: string): Speaker {
  return { ...ajp, request: (request) => ajpRequest(request, secret) };
}
