// Where the control socket is. Only a Unix socket: who may connect is a matter of files and their owners.
import type { ControlAddress } from '../types.ts';
import { parseListenAddress } from './address.ts';
import { stringKind, type ValueKind } from './kind.ts';

/** A Unix socket, or none. */
export const controlAddress: ValueKind<ControlAddress> = stringKind<ControlAddress>(
  'address',
  'a Unix socket such as "unix:/run/mysite/control.sock", or "off"',
  ['unix:/run/mysite/control.sock', 'off'],
  (text) => {
    if (text === 'off') return { value: { kind: 'off' } };
    const parsed = parseListenAddress(text);
    if ('reason' in parsed) return parsed;
    if (parsed.value.kind !== 'unix') return { reason: 'it is not a Unix socket' };
    return { value: parsed.value };
  },
);
