// JSON whose every value knows its line and its pointer. Comments are allowed, as Unit allows them.
import { getNodeValue, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { type Literal, type Option, type Row } from '../option.ts';
import { ImportError, type SourceFile } from '../source.ts';

/** A value in a file. */
export class JsonPlace {
  /** As RFC 6901 has it; empty for the whole file. */
  readonly pointer: string;
  readonly line: number;
  readonly #node: Node;
  readonly #file: SourceFile;

  constructor(node: Node, pointer: string, file: SourceFile, offset: number = node.offset) {
    this.pointer = pointer;
    this.#node = node;
    this.#file = file;
    this.line = file.text.slice(0, offset).split('\n').length;
  }

  get value(): Literal {
    return getNodeValue(this.#node) as Literal;
  }

  get isObject(): boolean {
    return this.#node.type === 'object';
  }

  /** The members of an object; empty if it is none. */
  get members(): ReadonlyMap<string, JsonPlace> {
    const properties = this.isObject ? (this.#node.children ?? []) : [];
    return new Map(
      properties.flatMap(({ children, offset }) => {
        const [key, value] = children ?? [];
        if (key === undefined || value === undefined) return [];
        const name = String(key.value);
        const pointer = `${this.pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        return [[name, new JsonPlace(value, pointer, this.#file, offset)] as const];
      }),
    );
  }

  /** The items of an array; an object or a text alone is an array of one. */
  get items(): readonly JsonPlace[] {
    if (this.#node.type !== 'array') return [this];
    return (this.#node.children ?? []).map(
      (child, index) => new JsonPlace(child, `${this.pointer}/${index}`, this.#file),
    );
  }

  member(name: string): JsonPlace | undefined {
    return this.members.get(name);
  }

  /** It as an option of this name. */
  option(name: string): Option {
    return { name, place: this.pointer, value: this.value, file: this.#file.name, line: this.line };
  }

  /** Its members as options; where rows have names such as `limits.timeout`, members of members are. */
  options<C>(rows: readonly Row<C>[], prefix = ''): readonly Option[] {
    return [...this.members].flatMap(([key, place]) => {
      const name = `${prefix}${key}`;
      const isDivided =
        place.isObject && rows.some(({ names }) => names.some((each) => each.startsWith(`${name}.`)));
      return isDivided ? place.options(rows, `${name}.`) : [place.option(name)];
    });
  }
}

/** The whole file. Throws `ImportError` with the line of what is wrong. */
export function readJson(file: SourceFile): JsonPlace {
  const errors: ParseError[] = [];
  const root = parseTree(file.text, errors, { allowEmptyContent: false });
  const [error] = errors;
  if (error !== undefined || root?.type !== 'object') {
    const line = file.text.slice(0, error?.offset ?? 0).split('\n').length;
    const what = error === undefined ? 'it is no object' : printParseErrorCode(error.error);
    throw new ImportError(`${file.name}: line ${line}: it is no JSON object of Unit: ${what}`);
  }
  return new JsonPlace(root, '', file);
}
