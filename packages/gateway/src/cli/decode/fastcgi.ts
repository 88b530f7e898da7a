// FastCGI records in words: both sides send the same kind (specification 1.0, section 3.3).
import {
  FastCgiError,
  FIXED_BODY_LENGTH,
  HEADER_LENGTH,
  KEEP_CONN,
  ParamsCollector,
  ProtocolStatus,
  RecordType,
  Role,
  VERSION,
} from '@sluice/fastcgi/codec';
import { preview } from '../commands/format.ts';
import { DecodeError, pairLines, type Line } from './line.ts';

/** More than any server takes: what is looked at here may be what one has refused. */
const PARAMS_BYTES_MAX = 16 * 1024 * 1024;
const PARAMS_COUNT_MAX = 100_000;

interface Record {
  readonly at: number;
  readonly type: number;
  readonly requestId: number;
  readonly content: Buffer;
  readonly paddingBytes: number;
}

/** Says what each record is. */
export function* decodeFastCgi(bytes: Buffer): Generator<Line> {
  const open = new Map<number, ParamsCollector>();
  for (const record of recordsOf(bytes)) {
    try {
      yield { at: record.at, ...describe(record, open) };
    } catch (error) {
      if (!(error instanceof FastCgiError)) throw error;
      throw new DecodeError(record.at, `${nameOf(RecordType, record.type)}: ${error.message}`);
    }
  }
}

function* recordsOf(bytes: Buffer): Generator<Record> {
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    if (bytes[at] !== VERSION)
      throw new DecodeError(at, `a record of version ${bytes[at]}, expected ${VERSION}`);
    if (left < HEADER_LENGTH) throw new DecodeError(at, `it ends inside a header, after ${left} bytes`);
    const start = at + HEADER_LENGTH;
    const end = start + bytes.readUInt16BE(at + 4);
    const paddingBytes = bytes.readUInt8(at + 6);
    const type = bytes.readUInt8(at + 1);
    if (end + paddingBytes > bytes.length) {
      const missing = end + paddingBytes - bytes.length;
      throw new DecodeError(at, `it ends inside ${nameOf(RecordType, type)}: ${missing} bytes are missing`);
    }
    yield {
      at,
      type,
      requestId: bytes.readUInt16BE(at + 2),
      content: bytes.subarray(start, end),
      paddingBytes,
    };
    at = end + paddingBytes;
  }
}

function describe(record: Record, open: Map<number, ParamsCollector>): Omit<Line, 'at'> {
  const { type, requestId, content, paddingBytes } = record;
  const padding = paddingBytes === 0 ? '' : ` + ${paddingBytes} of padding`;
  const start = `${nameOf(RecordType, type)} of ${requestId === 0 ? 'the connection' : `request ${requestId}`}, ${content.length} bytes${padding}`;
  switch (type) {
    case RecordType.BEGIN_REQUEST: {
      const keeps = (fixed(record).readUInt8(2) & KEEP_CONN) !== 0;
      const after = keeps ? 'the connection is kept' : 'the connection is closed after it';
      return { text: `${start}: ${nameOf(Role, content.readUInt16BE())}, ${after}` };
    }
    case RecordType.END_REQUEST: {
      const status = fixed(record).readUInt8(4);
      return {
        text: `${start}: ${nameOf(ProtocolStatus, status)}, application status ${content.readUInt32BE()}`,
      };
    }
    case RecordType.PARAMS:
      return describeParams(start, requestId, content, open);
    case RecordType.GET_VALUES:
    case RecordType.GET_VALUES_RESULT: {
      const values = collector();
      values.append(content, 0, content.length);
      return { text: start, details: pairLines(values.finish()) };
    }
    case RecordType.UNKNOWN_TYPE:
      return { text: `${start}: type ${fixed(record).readUInt8(0)} is not known` };
    default:
      return { text: content.length === 0 ? `${start}: the end` : `${start}: ${preview(content)}` };
  }
}

function describeParams(
  start: string,
  requestId: number,
  content: Buffer,
  open: Map<number, ParamsCollector>,
): Omit<Line, 'at'> {
  const params = open.get(requestId) ?? collector();
  open.set(requestId, params);
  if (content.length > 0) {
    params.append(content, 0, content.length);
    return { text: start };
  }
  open.delete(requestId);
  return { text: `${start}: the end`, details: pairLines(params.finish()) };
}

function collector(): ParamsCollector {
  return new ParamsCollector(PARAMS_BYTES_MAX, PARAMS_COUNT_MAX);
}

function fixed({ content }: Record): Buffer {
  if (content.length === FIXED_BODY_LENGTH) return content;
  throw new FastCgiError('FCGI_BODY_LENGTH', `${content.length} bytes, ${FIXED_BODY_LENGTH} expected`);
}

function nameOf(names: Readonly<globalThis.Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, each]) => each === value)?.[0] ?? `type ${value}`;
}
