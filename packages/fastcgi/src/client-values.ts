// The question GET_VALUES and its answer, as the web server sees them (specification 4.1).
import type { PeerValues } from './client-handler.ts';
import { MANAGEMENT_ID, RecordType, ValueName } from './constants.ts';
import { Params } from './params.ts';
import { encodePairs } from './params-encoder.ts';
import { encodeRecord } from './record-encoder.ts';

/** What is known of an application that does not know the question. */
export const UNKNOWN_VALUES: PeerValues = {
  maxConnections: undefined,
  maxRequests: undefined,
  multiplex: undefined,
};

/** The GET_VALUES record that asks for everything the specification names. */
export function encodeGetValues(): Buffer {
  const names = Object.values(ValueName).map((name): [string, string] => [name, '']);
  return encodeRecord(RecordType.GET_VALUES, MANAGEMENT_ID, encodePairs(names));
}

/** Reads GET_VALUES_RESULT; a value that is not decimal text counts as left out. Throws FCGI_PAIRS_MALFORMED. */
export function readPeerValues(content: Buffer): PeerValues {
  const params = Params.from(content);
  const multiplex = readNumber(params.get(ValueName.MPXS_CONNS));
  return {
    maxConnections: readNumber(params.get(ValueName.MAX_CONNS)),
    maxRequests: readNumber(params.get(ValueName.MAX_REQS)),
    multiplex: multiplex === undefined ? undefined : multiplex > 0,
  };
}

function readNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}
