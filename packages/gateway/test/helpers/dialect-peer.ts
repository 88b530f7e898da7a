// The web server's side of SCGI and uwsgi, valid or not.

type Pairs = readonly (readonly [name: string, value: string])[];

/** The variables of a plain request, before what a test adds. */
const USUAL: Pairs = [
  ['REQUEST_METHOD', 'GET'],
  ['REQUEST_URI', '/'],
  ['QUERY_STRING', ''],
];

/** The bytes of a netstring around a block. */
export function netstring(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(',')]);
}

/** `name NUL value NUL ...`. */
export function block(pairs: Pairs): string {
  return pairs.map(([name, value]) => `${name}\0${value}\0`).join('');
}

/** An SCGI request up to its body. */
export function scgi(pairs: Pairs = [], contentLength: string | number = 0): Buffer {
  const first: Pairs = [
    ['CONTENT_LENGTH', String(contentLength)],
    ['SCGI', '1'],
  ];
  return netstring(block([...first, ...USUAL, ...pairs]));
}

/** A uwsgi packet. */
export function packet(pairs: Pairs, modifier1 = 0): Buffer {
  const data = Buffer.concat(pairs.flatMap(([name, value]) => [sized(name), sized(value)]));
  return Buffer.concat([Buffer.of(modifier1), little(data.length), Buffer.of(0), data]);
}

/** A uwsgi request up to its body. */
export function uwsgi(pairs: Pairs = [], contentLength: string | number = ''): Buffer {
  return packet([...USUAL, ['CONTENT_LENGTH', String(contentLength)], ...pairs]);
}

function sized(text: string): Buffer {
  return Buffer.concat([little(text.length), Buffer.from(text, 'latin1')]);
}

function little(number: number): Buffer {
  return Buffer.of(number & 255, number >> 8);
}
