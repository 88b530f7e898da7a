// Makes text of an untrusted peer fit for a terminal.

/** What a terminal would take for more than a letter. */
// oxlint-disable-next-line no-control-regex -- these are what it is about
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

/** The text with control characters but the tab written as `\xNN`. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

const PREVIEW_BYTES = 48;

/** The beginning of bytes, in quotes. */
export function preview(bytes: Buffer): string {
  const text = JSON.stringify(bytes.toString('latin1', 0, PREVIEW_BYTES));
  return printable(text) + (bytes.length > PREVIEW_BYTES ? '...' : '');
}
