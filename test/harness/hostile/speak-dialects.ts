// SCGI and uwsgi as a web server speaks them: one request for each connection, answered until its end.
import { answerIn, variablesOf, type Speaker } from './speaker.ts';

/** A netstring of variables; `pairs` are not looked at. */
export function netstring(pairs: readonly (readonly [string, string])[]): Buffer {
  const block = pairs.map(([name, value]) => `${name}\0${value}\0`).join('');
  return Buffer.from(`${block.length}:${block},`, 'latin1');
}

/** A uwsgi packet of variables. */
export function uwsgiPacket(pairs: readonly (readonly [string, string])[], modifier = 0): Buffer {
  const texts = pairs.flat().map((text) => {
    const bytes = Buffer.from(`\0\0${text}`, 'latin1');
    bytes.writeUInt16LE(text.length, 0);
    return bytes;
  });
  const data = Buffer.concat(texts);
  const header = Buffer.of(modifier, 0, 0, 0);
  header.writeUInt16LE(data.length, 1);
  return Buffer.concat([header, data]);
}

export const scgi: Speaker = {
  protocol: 'scgi',
  isKept: false,
  request: (request) => {
    const [length = ['CONTENT_LENGTH', '0'], ...rest] = variablesOf(request);
    return Buffer.concat([netstring([length, ['SCGI', '1'], ...rest]), Buffer.from(request.body ?? '')]);
  },
  answers: (received, hasEnded) => (hasEnded ? answerIn(received.toString('latin1')) : []),
};

export const uwsgi: Speaker = {
  protocol: 'uwsgi',
  isKept: false,
  request: (request) => Buffer.concat([uwsgiPacket(variablesOf(request)), Buffer.from(request.body ?? '')]),
  answers: (received, hasEnded) => (hasEnded ? answerIn(received.toString('latin1')) : []),
};
