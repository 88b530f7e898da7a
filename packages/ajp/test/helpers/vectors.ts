// Reads the golden cases: Markdown with one `hex` block and one `log` block per heading.
import { readFileSync } from 'node:fs';

export interface Vector {
  readonly name: string;
  readonly why: string;
  /** The words after `hex`, without blanks. */
  readonly stage: readonly string[];
  /** What arrives, cut where the sender waits for an answer. */
  readonly parts: readonly Buffer[];
  readonly log: readonly string[];
}

const CASE =
  /^## (?<name>.+)\n\n(?<why>[^]+?)\n\n```hex(?<stage>.*)\n(?<hex>[^]+?)\n```\n\n```log\n(?<log>[^]+?)\n```$/gm;

export function readVectors(file: string): Vector[] {
  const text = readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8');
  const vectors: Vector[] = [];
  for (const { groups = {} } of text.matchAll(CASE)) {
    vectors.push({
      name: groups['name'] ?? '',
      why: groups['why'] ?? '',
      stage: (groups['stage'] ?? '')
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
      parts: (groups['hex'] ?? '').split('\n').map(parseHex),
      log: (groups['log'] ?? '').split('\n'),
    });
  }
  return vectors;
}

/** Bytes from hex with `{61 x3}` for repetition. */
export function parseHex(text: string): Buffer {
  const plain = text.replace(/\{([0-9a-f ]+) x(\d+)\}/g, (_, bytes: string, count: string) =>
    `${bytes} `.repeat(Number(count)),
  );
  return Buffer.from(plain.replace(/\s/g, ''), 'hex');
}
