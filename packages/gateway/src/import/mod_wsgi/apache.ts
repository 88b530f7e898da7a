// Reads a configuration file of Apache: directives, their words, and the containers they stand in.
import { ImportError, type SourceFile } from '../source.ts';

/** A word, and the line it stands in, which is not that of the directive where lines are continued. */
export interface Word {
  readonly text: string;
  readonly line: number;
}

/** A section such as `<VirtualHost *:80>`. */
export interface Container {
  /** In lower case. */
  readonly kind: string;
  readonly words: readonly Word[];
  readonly line: number;
}

/** One directive. */
export interface Directive {
  /** As it was written; Apache does not mind the case. */
  readonly name: string;
  readonly words: readonly Word[];
  readonly line: number;
  /** The last one, where lines are continued. */
  readonly lastLine: number;
  /** Outermost first. */
  readonly containers: readonly Container[];
}

interface LogicalLine {
  readonly pieces: readonly Word[];
}

/** All directives, those in `<IfModule>` and `<IfDefine>` too. `${NAME}` is replaced where `Define` gave a value. */
export function readApache(file: SourceFile): readonly Directive[] {
  const containers: Container[] = [];
  const defined = new Map<string, string>();
  const directives: Directive[] = [];
  for (const { pieces } of logicalLines(file.text)) {
    const [first] = pieces;
    if (first === undefined) continue;
    const closing = /^<\/(\w+)>/.exec(first.text)?.[1]?.toLowerCase();
    if (closing !== undefined) {
      const open = containers.pop();
      if (open?.kind !== closing) {
        const expected =
          open === undefined ? 'nothing is open' : `<${open.kind}> of line ${open.line} is open`;
        throw new ImportError(`${file.name}: line ${first.line}: </${closing}>, but ${expected}`);
      }
      continue;
    }
    const [head, ...words] = wordsOf(pieces, file).map(({ text, line }) => ({
      text: text.replace(/\$\{(\w+)\}/g, (whole, name: string) => defined.get(name) ?? whole),
      line,
    }));
    if (head === undefined) continue;
    if (head.text.startsWith('<')) {
      const kind = head.text.slice(1).toLowerCase();
      containers.push({ kind, words, line: head.line });
    } else {
      if (head.text.toLowerCase() === 'define' && words[0] !== undefined)
        defined.set(words[0].text, words[1]?.text ?? '');
      const lastLine = pieces.at(-1)?.line ?? head.line;
      directives.push({ name: head.text, words, line: head.line, lastLine, containers: [...containers] });
    }
  }
  const [open] = containers;
  if (open !== undefined)
    throw new ImportError(`${file.name}: line ${open.line}: <${open.kind}> is not closed`);
  return directives;
}

/** Joins lines that end in a backslash, and leaves comments out. */
function logicalLines(text: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  let pieces: Word[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    const isContinued = line.endsWith('\\');
    pieces.push({ text: (isContinued ? line.slice(0, -1) : line).trim(), line: index + 1 });
    if (isContinued) continue;
    const filled = pieces.filter((piece) => piece.text !== '');
    // A comment may be continued as well.
    if (filled.length > 0 && filled[0]?.text.startsWith('#') === false) lines.push({ pieces: filled });
    pieces = [];
  }
  return lines;
}

const word = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']\S*))/y;

// Words in quotes have spaces; `name="a b"` is one word as well.
function wordsOf(pieces: readonly Word[], file: SourceFile): readonly Word[] {
  return pieces.flatMap(({ text, line }, index) => {
    const isSection = index === 0 && text.startsWith('<');
    const content = isSection ? text.replace(/>\s*$/, '') : text;
    const words: Word[] = [];
    word.lastIndex = 0;
    while (word.lastIndex < content.trimEnd().length) {
      const match = word.exec(content);
      if (match === null) throw new ImportError(`${file.name}: line ${line}: a quote is not closed`);
      const [, double, single, plain] = match;
      const quoted = double ?? single;
      words.push({ text: quoted === undefined ? withQuotes(plain ?? '', content) : unescaped(quoted), line });
    }
    return words;
  });
}

/** The rest of a word such as `python-path="/a b"`, whose quotes begin within it. */
function withQuotes(plain: string, content: string): string {
  const match = /^([\w-]+=)(["'])(.*)$/.exec(plain);
  if (match === null) return plain;
  const [, name = '', quote = '', begin = ''] = match;
  if (begin.endsWith(quote)) return `${name}${begin.slice(0, -1)}`;
  const end = content.indexOf(quote, word.lastIndex);
  if (end === -1) return `${name}${begin}`;
  const rest = content.slice(word.lastIndex, end);
  word.lastIndex = end + 1;
  return `${name}${begin}${rest}`;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
