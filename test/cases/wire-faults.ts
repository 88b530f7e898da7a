// What a worker must not write to the gateway, byte by byte, and what the log has to say about it.

/** One fault. */
export interface WireFault {
  readonly name: string;
  readonly to: 'lane' | 'control';
  /** Hexadecimal; TTTT is the tag of the request that runs, UUUU another one. */
  readonly bytes: string;
  /** Whether the worker dies then, or stays and waits. */
  readonly end: 'die' | 'stay';
  /** Whether the head of a response had come: then the response breaks off, otherwise it is a 502. */
  readonly isAfterHead: boolean;
  readonly log: RegExp;
}

const TYPE = { response: '10', body: '11', failed: '12', log: '13', file: '14' } as const;

/** A frame, or the beginning of one that says it is longer. */
function frame(
  type: string,
  flags: string,
  tag: string,
  payload: string,
  length = payload.length / 2,
): string {
  return `${length.toString(16).padStart(8, '0')}${type}${flags}${tag}${payload}`;
}

function hex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex');
}

/** The payload of a RESPONSE. */
function response(head: string, body = '', headLength = head.length): string {
  return headLength.toString(16).padStart(8, '0') + hex(head + body);
}

const HEAD = '200 OK\r\nContent-Type: text/plain\r\n';
/** The beginning of a response that is in order. */
const BEGUN = frame(TYPE.response, '00', 'TTTT', response(HEAD, 'the beginning'));
const DIED = /SLUICE_WORKER_ENDED.*SIGKILL/;

function onLane(name: string, bytes: string, log: RegExp): WireFault {
  return { name, to: 'lane', bytes, end: 'stay', isAfterHead: false, log };
}

function afterHead(name: string, bytes: string, log: RegExp): WireFault {
  return { ...onLane(name, BEGUN + bytes, log), isAfterHead: true };
}

function onControl(name: string, bytes: string, log: RegExp): WireFault {
  return { name, to: 'control', bytes, end: 'stay', isAfterHead: false, log };
}

/** Places at which a worker may die. */
export const crashPoints: readonly WireFault[] = [
  { ...onLane('before the head', '', DIED), end: 'die' },
  { ...onLane('in the middle of a frame header', '000000', DIED), end: 'die' },
  {
    ...onLane(
      'in the middle of the head',
      frame(TYPE.response, '00', 'TTTT', '00000060' + hex('200 O'), 200),
      DIED,
    ),
    end: 'die',
  },
  { ...afterHead('right after the head', '', DIED), end: 'die' },
  { ...afterHead('between two pieces', frame(TYPE.body, '00', 'TTTT', hex('more')), DIED), end: 'die' },
  {
    ...afterHead('in the middle of a piece', frame(TYPE.body, '01', 'TTTT', hex('mo'), 1000), DIED),
    end: 'die',
  },
];

/** Frames that are none, or not now, or too long. */
export const garbage: readonly WireFault[] = [
  onLane(
    'a type nobody knows',
    frame('63', '00', 'TTTT', ''),
    /byte \d+ of lane 0: frame of type 99 on a lane/,
  ),
  onLane('text', hex('Traceback (most recent call last)'), /byte \d+ of lane 0: frame of type 101 on a lane/),
  onLane('a type of the control channel', frame('30', '00', '0000', ''), /frame of type 48 on a lane/),
  onLane(
    'flags that do not go with the type',
    frame(TYPE.response, '80', 'TTTT', response(HEAD)),
    /flags 128 on/,
  ),
  onLane(
    'the tag of another request',
    frame(TYPE.response, '01', 'UUUU', response(HEAD)),
    /frame for request \d+/,
  ),
  onLane(
    'a response without room for a head',
    frame(TYPE.response, '01', 'TTTT', '0000'),
    /RESPONSE of 2 bytes/,
  ),
  onLane(
    'a head without end',
    frame(TYPE.response, '00', 'TTTT', 'ffffffff', 0xffffffff),
    /response head of 4294967295 bytes, 262144 are allowed/,
  ),
  onLane(
    'a head longer than its frame',
    frame(TYPE.response, '01', 'TTTT', response(HEAD, '', 99)),
    /head of 99 bytes in/,
  ),
  onLane(
    'a head that is none',
    frame(TYPE.response, '01', 'TTTT', response('nonsense')),
    /response head at byte 0/,
  ),
  onLane(
    'a head with a line feed in it',
    frame(TYPE.response, '01', 'TTTT', response('200 OK\n\r\n')),
    /control character/,
  ),
  onLane('a body before the head', frame(TYPE.body, '00', 'TTTT', hex('body')), /BODY before the RESPONSE/),
  onLane(
    'an endless log line',
    frame(TYPE.log, '00', 'TTTT', '', 300_000),
    /type 19 with 300000 bytes, 262144 are/,
  ),
  onLane(
    'a failure that does not end',
    frame(TYPE.failed, '00', 'TTTT', ''),
    /flags 0 on a frame of type 18/,
  ),
  onLane(
    'a file with a path without end',
    frame(TYPE.file, '01', 'TTTT', '', 0x7fffffff),
    /FILE with 2147483647 bytes/,
  ),
  afterHead('a second head', BEGUN, /byte \d+ of lane 0: second RESPONSE for request/),
  afterHead('a file after the head', frame(TYPE.file, '01', 'TTTT', '00'.repeat(40)), /lane 0: .*FILE|file/i),
  afterHead(
    'the tag of another request in the midst',
    frame(TYPE.body, '00', 'UUUU', '00'),
    /frame for request \d+/,
  ),
  afterHead(
    'a type nobody knows in the midst',
    frame('63', '00', 'TTTT', ''),
    /byte \d+ of lane 0: frame of type 99/,
  ),
  onControl('a type nobody knows', frame('63', '00', '0000', ''), /of the control channel: frame of type 99/),
  onControl(
    'flags',
    frame('31', '01', '0000', ''),
    /control channel: flags on a (control )?frame of type 49/,
  ),
  onControl(
    'a request given back that nobody wanted back',
    frame('31', '00', '0000', 'TTTT'),
    /not recalled/,
  ),
  onControl('half a tag', frame('31', '00', '0000', '000000'), /RETURNED with 3 bytes, not whole tags/),
  onControl(
    'an endless frame',
    frame('30', '00', '0000', '', 0x7fffffff),
    /type 48 with 2147483647 bytes, 65536 are/,
  ),
];
