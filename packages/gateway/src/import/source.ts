// What a server is that configurations are imported from.
import type { Draft } from './draft.ts';
import type { LeftRow, Row } from './option.ts';

/** A row as the reference page needs it. */
export type DescribedRow = LeftRow | Omit<Extract<Row<never>, { readonly becomes: string }>, 'carry'>;

/** Options that stand in one place of the other server's configuration. */
export interface TableGroup {
  /** Empty if there is only one. */
  readonly title: string;
  readonly rows: readonly DescribedRow[];
}

/** A file to import. */
export interface SourceFile {
  /** As it was named. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** A part of the file to read, where the server knows parts; null: the usual one. */
  readonly section: string | null;
}

/** What importing may know of the machine. */
export interface ImportHost {
  readonly coresCount: number;
  /** What a Python file assigns, as JSON. Rejects with `ImportError`. */
  readonly readPython: (path: string) => Promise<string>;
  /** Python files are run, not only read. */
  readonly isPythonRun: boolean;
}

/** One server. */
export interface Source {
  /** As `--from` has it. */
  readonly key: string;
  /** As people write it. */
  readonly name: string;
  /** Names of files that are probably its. */
  readonly files: RegExp;
  /** What else the page should say. */
  readonly prose: string;
  readonly groups: readonly TableGroup[];
  /** Rejects with `ImportError` if the file is none of its. */
  readonly read: (file: SourceFile, host: ImportHost) => Promise<Draft>;
}

/** The file cannot be read as what it should be. The message says where and why. */
export class ImportError extends Error {
  readonly code = 'SLUICE_IMPORT_UNREADABLE';

  constructor(message: string) {
    super(message);
    this.name = 'ImportError';
  }
}
