// The gateway's side of every path over AJP.
import { chmodSync } from 'node:fs';
import type { TestBed } from '../harness/bed.ts';
import { startGateway, type Gateway } from '../harness/gateway.ts';
import type { PathOptions } from './path.ts';

/** How the AJP listener is set up. */
export interface AjpListen {
  /** `unix:/path` or `127.0.0.1:port`. */
  readonly address: string;
  /** Default: none. */
  readonly secret?: string;
  /** `packet_size`. Default: that of the gateway. */
  readonly packetBytes?: number;
  /** Further lines of the listener. */
  readonly lines?: readonly string[];
}

/** Starts a gateway that listens for AJP. */
export function startAjpGateway(
  bed: TestBed,
  { mount, ...options }: PathOptions,
  { address, secret, packetBytes, lines = [] }: AjpListen,
): Promise<Gateway> {
  const listen = ['[[listen]]', 'protocol = "ajp"', `address = ${JSON.stringify(address)}`, ...lines];
  if (mount !== undefined) listen.push(`mount = ${JSON.stringify(mount)}`);
  if (packetBytes !== undefined) listen.push(`packet_size = "${packetBytes}B"`);
  if (secret !== undefined) {
    const path = bed.site.write('ajp.secret', `${secret}\n`);
    chmodSync(path, 0o600);
    listen.push(`secret_file = ${JSON.stringify(path)}`);
  }
  return startGateway(bed, { ...options, listen: [], toml: [...listen, ...(options.toml ?? [])] });
}
