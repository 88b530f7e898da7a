// Counts tests in the output of Jest and of Python's unittest.
import { stripVTControlCharacters } from 'node:util';

/** The sum of what is found: { passed, failed, skipped }. */
export function tally(output) {
  const plain = stripVTControlCharacters(output);
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [, line] of plain.matchAll(/\bTests: +(.*total)/g)) {
    for (const kind of Object.keys(total)) total[kind] += number(line, new RegExp(`(\\d+) ${kind}`));
  }
  for (const [, run, verdict] of plain.matchAll(/^Ran (\d+) tests? in [^\n]*\n+((?:OK|FAILED)[^\n]*)/gm)) {
    const failed = number(verdict, /failures=(\d+)/) + number(verdict, /errors=(\d+)/);
    const skipped = number(verdict, /skipped=(\d+)/);
    total.failed += failed;
    total.skipped += skipped;
    total.passed += Math.max(Number(run) - failed - skipped, 0);
  }
  return total;
}

function number(text, pattern) {
  return Number(pattern.exec(text)?.[1] ?? 0);
}
