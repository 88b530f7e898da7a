// What a peer would read in bytes that were sent.
import { RecordDecoder } from '../../src/index.ts';

export interface SentRecord {
  readonly type: number;
  readonly requestId: number;
  readonly content: Buffer;
}

/** The records in `bytes`, which must be whole. */
export function recordsIn(bytes: Buffer): SentRecord[] {
  const records: SentRecord[] = [];
  const decoder = new RecordDecoder({
    onContent({ type, requestId }, chunk, start, end) {
      records.push({ type, requestId, content: Buffer.from(chunk.subarray(start, end)) });
    },
  });
  decoder.push(bytes);
  if (decoder.isInsideRecord) throw new Error('bytes end inside a record');
  return records;
}

/** The content of one stream in `bytes`. */
export function streamContent(bytes: Buffer, type: number, requestId: number): Buffer {
  const records = recordsIn(bytes).filter((record) => record.type === type && record.requestId === requestId);
  return Buffer.concat(records.map(({ content }) => content));
}
