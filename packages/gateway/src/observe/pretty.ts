// Log lines for people: time, level where it matters, message, then the fields. Text of several lines, such as a
// traceback, follows as an indented block.

import { inspect } from 'node:util';

interface Target {
  readonly write: (text: string) => unknown;
  readonly hasColors?: () => boolean;
}

const paint: Readonly<Record<string, readonly [open: string, close: string]>> = {
  debug: ['\u001b[2m', '\u001b[22m'],
  warn: ['\u001b[33m', '\u001b[39m'],
  error: ['\u001b[31m', '\u001b[39m'],
  dim: ['\u001b[2m', '\u001b[22m'],
};

// Marks every line of a block, so that text from an application cannot pass for a line of the log.
const blockPrefix = '    | ';

/** Turns JSON log lines into lines for people and writes them to `target`. */
export function createPrettyWriter(target: Target): (line: string) => void {
  const hasColors = target.hasColors?.() ?? false;
  const colour = (name: string, text: string): string => {
    const [open, close] = (hasColors ? paint[name] : undefined) ?? ['', ''];
    return `${open}${text}${close}`;
  };
  return (line) => {
    const { time, level, message, error, code, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const name = String(level);
    const words = [colour('dim', clockTime(String(time)))];
    if (name !== 'info') words.push(colour(name, name.padEnd(5)));
    words.push(escapeControls(String(message)));
    const blocks: string[] = [];
    for (const [key, value] of Object.entries({ ...fields, ...errorFields(error) })) {
      if (typeof value === 'string' && value.includes('\n')) blocks.push(value);
      else words.push(colour('dim', `${escapeControls(key)}=${oneLine(value)}`));
    }
    if (code !== undefined) words.push(colour('dim', `[${oneLine(code)}]`));
    target.write(`${words.join(' ')}\n${blocks.map(indent).join('')}`);
  };
}

function clockTime(iso: string): string {
  return iso.slice(11, 19);
}

// Of an error its stack says everything the type and the message say.
function errorFields(error: unknown): Record<string, unknown> {
  if (typeof error !== 'object' || error === null) return error === undefined ? {} : { error };
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  return { error: stack ?? message };
}

function oneLine(value: unknown): string {
  if (typeof value === 'string')
    return escapeControls(value === '' || /[\s"=]/.test(value) ? JSON.stringify(value) : value);
  return escapeControls(inspect(value, { breakLength: Infinity, depth: 4 }));
}

function indent(block: string): string {
  const lines = block.replace(/\n$/, '').split('\n');
  return lines.map((line) => `${blockPrefix}${escapeControls(line, true)}\n`).join('');
}

function escapeControls(text: string, keepTabs = false): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) =>
    keepTabs && character === '\t'
      ? character
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
