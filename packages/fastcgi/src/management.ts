// Management records, application side: what GET_VALUES is answered and how unknown types are (specification 4).
import { FIXED_BODY_LENGTH, MANAGEMENT_ID, RecordType, ValueName } from './constants.ts';
import { FastCgiError } from './errors.ts';
import type { FastCgiLimits } from './limits.ts';
import { ParamsCollector } from './params-collector.ts';
import { encodePairs, type ParamPair } from './params-encoder.ts';
import type { Params } from './params.ts';
import type { RecordHeader } from './record-decoder.ts';
import { encodeRecord } from './record-encoder.ts';

/** What the application tells a web server that asks with GET_VALUES. */
export interface ManagementValues {
  /** FCGI_MAX_CONNS: connections accepted at the same time. */
  readonly maxConnections: number;
  /** FCGI_MAX_REQS: requests run at the same time, over all connections. */
  readonly maxRequests: number;
  /** FCGI_MPXS_CONNS: whether one connection carries several requests at the same time. */
  readonly multiplex: boolean;
}

/** The GET_VALUES_RESULT record for a GET_VALUES with these names: each known one once, unknown ones left out. */
export function answerGetValues(asked: Params, values: ManagementValues): Buffer {
  const known: ParamPair[] = [
    [ValueName.MAX_CONNS, String(values.maxConnections)],
    [ValueName.MAX_REQS, String(values.maxRequests)],
    [ValueName.MPXS_CONNS, values.multiplex ? '1' : '0'],
  ];
  const content = encodePairs(known.filter(([name]) => asked.has(name)));
  return encodeRecord(RecordType.GET_VALUES_RESULT, MANAGEMENT_ID, content);
}

/** The UNKNOWN_TYPE record that answers a management record of a type we do not know. */
export function encodeUnknownType(type: number): Buffer {
  const body = Buffer.alloc(FIXED_BODY_LENGTH);
  body[0] = type;
  return encodeRecord(RecordType.UNKNOWN_TYPE, MANAGEMENT_ID, body);
}

/** Answers the management records of one connection. */
export class ManagementAnswerer {
  readonly #values: ManagementValues;
  readonly #limits: FastCgiLimits;
  #asked: ParamsCollector | undefined;

  constructor(values: ManagementValues, limits: FastCgiLimits) {
    this.#values = values;
    this.#limits = limits;
  }

  /**
   * Takes a piece of a record with id 0 that is not one of an application (10, 11), and returns the answer once the
   * record is complete. Throws FCGI_NULL_REQUEST_ID for a type that needs a request, FCGI_MANAGEMENT_TOO_LARGE,
   * FCGI_PAIRS_MALFORMED.
   */
  receive(
    header: RecordHeader,
    chunk: Buffer,
    start: number,
    end: number,
    remaining: number,
  ): Buffer | undefined {
    const { type, contentLength } = header;
    if (type >= RecordType.BEGIN_REQUEST && type <= RecordType.DATA) {
      throw new FastCgiError('FCGI_NULL_REQUEST_ID', `record type ${type} with request id 0`);
    }
    if (type !== RecordType.GET_VALUES) return remaining === 0 ? encodeUnknownType(type) : undefined;
    const { managementBytes, paramsPairs } = this.#limits;
    if (contentLength > managementBytes) {
      throw new FastCgiError(
        'FCGI_MANAGEMENT_TOO_LARGE',
        `${contentLength} bytes of GET_VALUES, at most ${managementBytes}`,
      );
    }
    this.#asked ??= new ParamsCollector(managementBytes, paramsPairs);
    if (end > start) this.#asked.append(chunk, start, end);
    if (remaining > 0) return undefined;
    const asked = this.#asked.finish();
    this.#asked = undefined;
    return answerGetValues(asked, this.#values);
  }
}
