// Reads the header Forwarded (RFC 7239): what each proxy on the way has said, the nearest last. Pure.

/** What one proxy said; fields it did not name are undefined. Values are unquoted, not checked further. */
export interface ForwardedElement {
  readonly for?: string;
  readonly by?: string;
  readonly host?: string;
  readonly proto?: string;
}

/** token "=" ( token / quoted-string ), then ";", "," or the end; `y` keeps it where the last one ended. */
const PAIR =
  /[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"((?:[^"\\]|\\.)*)")[ \t]*(;|,|$)/y;

/** The elements from the farthest to the nearest; null if it is not such a header, or names a field twice. */
export function readForwarded(text: string): ForwardedElement[] | null {
  const elements: ForwardedElement[] = [];
  let element: Record<string, string> = Object.create(null) as Record<string, string>;
  PAIR.lastIndex = 0;
  for (;;) {
    const match = PAIR.exec(text);
    if (match === null) return null;
    const [, name = '', token, quoted = '', end] = match;
    const key = name.toLowerCase();
    if (key in element) return null;
    element[key] = token ?? quoted.replace(/\\(.)/g, '$1');
    if (end === ';') continue;
    elements.push(element);
    if (end === '') return elements;
    element = Object.create(null) as Record<string, string>;
  }
}
