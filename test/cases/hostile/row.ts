// One row of the hostile table: bytes that no honest peer sends, and what must become of them.

/** What is put into hostile bytes so that it is seen if it gets where it does not belong. */
export interface Bait {
  /** Stands in this attempt's bytes only: found in anything but its own answer, it is somebody else's. */
  readonly marker: string;
  /** A target that writes to a file when it is run. Hidden where it must never be taken for a request. */
  readonly hidden: string;
}

/** What must become of a connection that sent a row. */
export type Fate =
  /** The gateway closes it of its own accord, after an error page with this status, or with nothing; it logs the reason. */
  | { readonly kind: 'refused'; readonly status: number | null; readonly log: RegExp }
  /** It is answered, with this status, and what follows on the same connection is served. */
  | { readonly kind: 'kept'; readonly status: number | null }
  /** It is closed, or what follows on it is served. */
  | { readonly kind: 'closed or kept' }
  /** The gateway waits for more; when the peer leaves nothing has been answered with success. */
  | { readonly kind: 'unfinished' }
  /** Odd, but understood: answered as the request it is. */
  | { readonly kind: 'served' }
  /** Whatever it is taken for: when the peer leaves, nothing foreign has been answered. */
  | { readonly kind: 'harmless' };

/** A row. Each of its inputs goes to a connection of its own. */
export interface HostileRow {
  readonly name: string;
  readonly inputs: (bait: Bait) => Buffer[];
  readonly fate: Fate;
}

/** A row of one input that is refused with an error page. */
export function answered(
  name: string,
  status: number,
  log: RegExp,
  input: (bait: Bait) => Buffer,
): HostileRow {
  return { name, inputs: (bait) => [input(bait)], fate: { kind: 'refused', status, log } };
}

/** A row of one input whose connection is closed without an answer. */
export function closed(name: string, log: RegExp, input: (bait: Bait) => Buffer): HostileRow {
  return { name, inputs: (bait) => [input(bait)], fate: { kind: 'refused', status: null, log } };
}

/** A row of one input with any other fate. */
export function sent(name: string, fate: Fate, input: (bait: Bait) => Buffer): HostileRow {
  return { name, inputs: (bait) => [input(bait)], fate };
}

/** Every beginning of a valid request that is not the whole of it. */
export function truncations(request: (bait: Bait) => Buffer): HostileRow {
  return {
    name: 'a request cut at every byte',
    inputs: (bait) => {
      const bytes = request(bait);
      return Array.from({ length: bytes.length }, (_, length) => bytes.subarray(0, length));
    },
    fate: { kind: 'unfinished' },
  };
}

/** Where a length stands in a request, and how it is written. */
export interface LengthField {
  readonly at: number;
  readonly bytes: 1 | 2 | 4;
  readonly isLittleEndian?: boolean;
}

/** A valid request whose lengths lie, one at a time: none, one, a byte too few, too many, and as much as can be said. */
export function lyingLengths(
  request: (bait: Bait) => Buffer,
  fields: (bytes: Buffer) => readonly LengthField[],
): HostileRow {
  return {
    name: 'a request with each length changed to 0, 1, one less, one more, half and all ones',
    inputs: (bait) => {
      const whole = request(bait);
      return fields(whole).flatMap((field) => lies(whole, field));
    },
    fate: { kind: 'harmless' },
  };
}

function lies(whole: Buffer, { at, bytes, isLittleEndian = false }: LengthField): Buffer[] {
  const most = 256 ** bytes - 1;
  const truth = isLittleEndian ? whole.readUIntLE(at, bytes) : whole.readUIntBE(at, bytes);
  const values = new Set([0, 1, truth - 1, truth + 1, Math.floor(most / 2), Math.ceil(most / 2), most]);
  values.delete(truth);
  values.delete(-1);
  values.delete(most + 1);
  return [...values].map((value) => {
    const lying = Buffer.from(whole);
    if (isLittleEndian) lying.writeUIntLE(value, at, bytes);
    else lying.writeUIntBE(value, at, bytes);
    return lying;
  });
}
