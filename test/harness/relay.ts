// A gateway without an application: an upstream behind, and HTTP in front unless something else is wanted.
import { spawnSluice, watchedSettings, type Gateway } from './gateway.ts';
import type { TestBed } from './bed.ts';

/** How to start one. */
export interface RelayOptions {
  /** Where it speaks HTTP; or where it listens for what else. */
  readonly port: number | { readonly protocol: 'fastcgi'; readonly address: string };
  /** Lines of `[upstream.back]`. */
  readonly upstream: readonly string[];
  /** Request bodies are passed on as they arrive. */
  readonly isStreaming: boolean;
  readonly expectedLog?: readonly RegExp[];
}

/** Starts a relay and waits until it is ready. */
export async function startRelay(
  bed: TestBed,
  { port, upstream, isStreaming, expectedLog = [] }: RelayOptions,
): Promise<Gateway> {
  const config = bed.site.write(
    'relay.toml',
    [
      ...watchedSettings(bed),
      '[[listen]]',
      ...(typeof port === 'number'
        ? ['protocol = "http"', `address = "127.0.0.1:${port}"`]
        : [`protocol = "${port.protocol}"`, `address = "${port.address}"`]),
      '[[route]]',
      'path = "/"',
      'to = "upstream:back"',
      `streaming = ${isStreaming}`,
      '[upstream.back]',
      ...upstream,
      '',
    ].join('\n'),
  );
  const relay = spawnSluice(bed, ['serve', '--config', config], expectedLog);
  await relay.ready(0);
  return relay;
}
