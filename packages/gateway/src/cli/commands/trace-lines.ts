// Lays requests that are over out for people, one in a line.
import type { TraceEvent, TraceGap } from '../../control/trace-event.ts';
import { formatAge, formatSize, oneLine } from './format.ts';

/** Each as wide as what is usually in it; wider where something was. */
const COLUMNS: readonly (readonly [name: string, width: number])[] = [
  ['TIME', 12],
  ['STATUS', 6],
  ['BODY', 6],
  ['QUEUE', 6],
  ['FIRST', 6],
  ['REST', 6],
  ['CLIENT', 6],
  ['TOTAL', 6],
  ['SENT', 8],
  ['BY', 7],
  ['TO', 18],
  ['REQUEST', 0],
];

/** The lines of `sluice trace`. */
export class TraceLines {
  readonly #widths: number[] = COLUMNS.map(([, width]) => width);

  /** The names of the columns, as a line. */
  get heading(): string {
    return this.#row(COLUMNS.map(([name]) => name));
  }

  /** A request as a line. */
  format(event: TraceEvent | TraceGap): string {
    if ('missed' in event)
      return `… ${event.missed} ${event.missed === 1 ? 'request' : 'requests'} not shown\n`;
    return this.#row([
      event.time.slice(11, 23),
      event.status === 0 ? '-' : String(event.status),
      formatTime(event.bodyMs),
      formatTime(event.queueMs),
      formatTime(event.firstByteMs),
      formatTime(event.restMs),
      formatTime(event.clientMs),
      formatTime(event.totalMs),
      formatSize(event.bytes),
      event.protocol,
      destinationOf(event),
      `${event.method} ${event.path}${endingOf(event)}`,
    ]);
  }

  /** Nothing in it is acted on by a terminal, whoever has sent it. */
  #row(cells: readonly string[]): string {
    const padded = cells.map((cell, column) => {
      const text = oneLine(cell);
      const isLast = column === cells.length - 1;
      const width = isLast ? 0 : Math.max(text.length, this.#widths[column] ?? 0);
      this.#widths[column] = width;
      return text.padEnd(width);
    });
    return `${padded.join('  ')}\n`;
  }
}

/** `0.4ms`, `12ms`, `3.4s`; nothing is a dash. */
function formatTime(milliseconds: number): string {
  if (milliseconds === 0) return '-';
  return milliseconds < 10 ? `${milliseconds.toFixed(1)}ms` : formatAge(milliseconds);
}

function destinationOf({ to, worker, server }: TraceEvent): string {
  if (to === null) return '-';
  const part = worker ?? server;
  return part === null || to.endsWith(`//${part}`) ? to : `${to} ${part}`;
}

/** How it ended, if that is not the usual way. */
function endingOf({ outcome, error }: TraceEvent): string {
  if (error) return ` (${error.code}: ${error.message})`;
  return outcome === 'cancelled' ? ' (client gone)' : '';
}
