// The names AJP replaces by numbers. Each table is written once; both directions derive from it.
import { isToken } from './header-list.ts';

// Position is the code: OPTIONS is 1, MKACTIVITY is 27.
const METHOD_NAMES =
  'OPTIONS GET HEAD POST PUT DELETE TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK ACL REPORT VERSION-CONTROL CHECKIN CHECKOUT UNCHECKOUT SEARCH MKWORKSPACE UPDATE LABEL MERGE BASELINE-CONTROL MKACTIVITY'.split(
    ' ',
  );

// Position is the low byte of the code: accept is A001, user-agent is A00E.
const REQUEST_HEADER_NAMES =
  'accept accept-charset accept-encoding accept-language authorization connection content-type content-length cookie cookie2 host pragma referer user-agent'.split(
    ' ',
  );

// Content-Type is A001, WWW-Authenticate is A00B.
const RESPONSE_HEADER_NAMES =
  'content-type content-language content-length date last-modified location set-cookie set-cookie2 servlet-engine status www-authenticate'.split(
    ' ',
  );

/** First byte of a coded header name. */
export const CODED_NAME_MARK = 0xa0;

/** Method byte that says: the name is in the stored_method attribute. */
export const METHOD_IS_STORED = 0xff;

/** Codes of the attributes after the headers. All values are strings but `SSL_KEY_SIZE`, a 16-bit integer. */
export const Attribute = {
  CONTEXT: 0x01,
  SERVLET_PATH: 0x02,
  REMOTE_USER: 0x03,
  AUTH_TYPE: 0x04,
  QUERY_STRING: 0x05,
  ROUTE: 0x06,
  SSL_CERTIFICATE: 0x07,
  SSL_CIPHER: 0x08,
  SSL_SESSION: 0x09,
  REQUEST_ATTRIBUTE: 0x0a,
  SSL_KEY_SIZE: 0x0b,
  SECRET: 0x0c,
  STORED_METHOD: 0x0d,
  END: 0xff,
} as const;

// Applications use few header names, so what was found about a name is kept; hostile ones may not fill memory.
const REMEMBERED_NAMES_MAX = 256;

/** Two-way table between codes counted from 1 and names. */
export class NameTable {
  readonly #names: readonly string[];
  readonly #codes: ReadonlyMap<string, number>;
  readonly #remembered = new Map<string, number>();

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#codes = new Map(names.map((name, index) => [name, index + 1]));
  }

  /** Name of a code, undefined if the code stands for nothing. */
  nameOf(code: number): string | undefined {
    return this.#names[code - 1];
  }

  /** Code of a name exactly as the table spells it, undefined if it has none. */
  codeOf(name: string): number | undefined {
    return this.#codes.get(name);
  }

  /** Code of a header name in any case, 0 if it is to be spelled, -1 if it is no possible header name. */
  resolve(name: string): number {
    const known = this.#remembered.get(name);
    if (known !== undefined) return known;
    const code = this.#codes.get(name.toLowerCase()) ?? (isToken(name) ? 0 : -1);
    if (this.#remembered.size < REMEMBERED_NAMES_MAX) this.#remembered.set(name, code);
    return code;
  }
}

/** Methods 1 to 27, upper case. */
export const METHODS: NameTable = new NameTable(METHOD_NAMES);

/** Request headers A001 to A00E, lower case. */
export const REQUEST_HEADERS: NameTable = new NameTable(REQUEST_HEADER_NAMES);

/** Response headers A001 to A00B, lower case. */
export const RESPONSE_HEADERS: NameTable = new NameTable(RESPONSE_HEADER_NAMES);
