// Every decoder case in every cut: whole, byte by byte, in two pieces at every boundary.

/** All the ways one input is fed, each with a name for the failure message. */
export function* cuts(bytes: Buffer): Generator<{ name: string; pieces: Buffer[] }> {
  yield { name: 'whole', pieces: [bytes] };
  yield { name: 'byte by byte', pieces: [...bytes].map((byte) => Buffer.from([byte])) };
  for (let at = 1; at < bytes.length; at += 1) {
    yield { name: `split at ${at}`, pieces: [bytes.subarray(0, at), bytes.subarray(at)] };
  }
}

/** Bytes in the notation of the vectors: hex, and `{61 x128}` for a byte repeated. */
export function bytesOf(text: string): Buffer {
  const plain = text.replace(/\{([0-9a-f]{2}) x([0-9]+)\}/g, (_, byte: string, times: string) =>
    byte.repeat(Number(times)),
  );
  const hex = plain.replaceAll(' ', '');
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length * 2 !== hex.length) throw new Error(`not hex: ${text}`);
  return bytes;
}
