// Which process listens on an address, as far as Linux lets us see: the socket's inode from /proc/net, then the
// process that has it open. Used only to explain a failure, so it reads what it can and gives up quietly.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Where the socket listens. */
export type OwnedAddress =
  { readonly kind: 'unix'; readonly path: string } | { readonly kind: 'tcp'; readonly port: number };

/** A process. */
export interface SocketOwner {
  readonly pid: number;
  /** Its command line, cut where it gets long. */
  readonly command: string;
}

/** The process that listens there; null when it cannot be seen (other system, other user, gone). */
export function findSocketOwner(address: OwnedAddress): SocketOwner | null {
  const inodes = address.kind === 'unix' ? unixInodes(address.path) : tcpInodes(address.port);
  return inodes.size === 0 ? null : findProcessWith(inodes);
}

/** "process 4711 (nginx: master process)", or "another process". */
export function describeOwner(owner: SocketOwner | null): string {
  return owner === null ? 'another process' : `process ${owner.pid} (${owner.command})`;
}

// __SO_ACCEPTCON in the flags of /proc/net/unix, TCP_LISTEN in the state of /proc/net/tcp (see proc(5)).
const acceptingFlag = '00010000';
const listenState = '0A';

function unixInodes(path: string): Set<string> {
  const rows = readLines('/proc/net/unix').map(
    (line) => /^\S+ \S+ \S+ (\S+) \S+ \S+ +(\d+) (.*)$/.exec(line) ?? [],
  );
  return new Set(
    rows.flatMap(([, flags, inode, bound]) =>
      flags === acceptingFlag && bound === path && inode !== undefined ? [inode] : [],
    ),
  );
}

function tcpInodes(port: number): Set<string> {
  const portHex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(readLines).map((line) => line.trim().split(/\s+/));
  return new Set(
    rows.flatMap((columns) => {
      const [, local, , state] = columns;
      const inode = columns[9];
      return state === listenState && local?.endsWith(`:${portHex}`) === true && inode !== undefined
        ? [inode]
        : [];
    }),
  );
}

function findProcessWith(inodes: ReadonlySet<string>): SocketOwner | null {
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    const hasIt = list(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
    if (hasIt) return { pid: Number(pid), command: readCommand(pid) };
  }
  return null;
}

function readCommand(pid: string): string {
  const command = readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
  const printable = command.replace(/\p{Cc}/gu, '?');
  return printable.length > 100 ? `${printable.slice(0, 97)}...` : printable;
}

function readLines(path: string): string[] {
  return readText(path).split('\n').slice(1);
}

// Processes end and files of other users are closed to us at any moment: what cannot be read is not there.
function orNothing<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch {
    return nothing;
  }
}

function readText(path: string): string {
  return orNothing(() => readFileSync(path, 'utf8'), '');
}

function readLink(path: string): string {
  return orNothing(() => readlinkSync(path), '');
}

function list(path: string): string[] {
  return orNothing(() => readdirSync(path), []);
}
