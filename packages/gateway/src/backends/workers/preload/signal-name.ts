// Names of signals by their numbers, as Node names them for its own children.

import { constants } from 'node:os';

const NAMES: ReadonlyMap<number, NodeJS.Signals> = new Map(
  namesOf(constants.signals).map((name) => [constants.signals[name], name]),
);

/** The name of a signal; SIGUNUSED if it has none, such as one of the real-time signals. */
export function signalName(number: number): NodeJS.Signals {
  return NAMES.get(number) ?? 'SIGUNUSED';
}

function namesOf<K extends string>(table: Readonly<Record<K, number>>): K[] {
  return Object.keys(table).filter((name): name is K => name in table);
}
