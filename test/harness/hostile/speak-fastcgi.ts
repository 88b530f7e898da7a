// FastCGI as a web server speaks it.
import {
  encodeBeginRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  RecordDecoder,
  RecordType,
  Role,
} from '@sluice/fastcgi';
import { answerIn, variablesOf, type Answer, type HonestRequest, type Speaker } from './speaker.ts';

/** The id of honest requests: none that hostile bytes use. */
const HONEST_ID = 4711;

/** The records of a request with any id. */
export function fastcgiRequest(id: number, request: HonestRequest): Buffer {
  return Buffer.concat([
    encodeBeginRequest(id, Role.RESPONDER, true),
    encodeParams(id, variablesOf(request)),
    ...(request.body === undefined ? [] : [encodeStream(RecordType.STDIN, id, Buffer.from(request.body))]),
    encodeStreamEnd(RecordType.STDIN, id),
  ]);
}

export const fastcgi: Speaker = {
  protocol: 'fastcgi',
  isKept: true,
  request: (request) => fastcgiRequest(HONEST_ID, request),
  answers: (received) => {
    const answers: Answer[] = [];
    const stdout = new Map<number, string>();
    const decoder = new RecordDecoder({
      onContent: ({ type, requestId }, chunk, start, end, remaining) => {
        const text = stdout.get(requestId) ?? '';
        if (type === RecordType.STDOUT) stdout.set(requestId, text + chunk.toString('latin1', start, end));
        if (type !== RecordType.END_REQUEST || remaining > 0) return;
        answers.push(...answerIn(text));
        stdout.delete(requestId);
      },
    });
    try {
      decoder.push(received);
    } catch {
      // An aborted answer ends with what is no record.
    }
    return answers;
  },
};
