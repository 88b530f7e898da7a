// Starts a gateway that the system gives little: few descriptors, small files, a small disk.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestBed } from './bed.ts';
import { launchGateway, SLUICE, writeConfig, type Gateway, type GatewayOptions } from './gateway.ts';
import { program, programPart, type Part } from './require.ts';

/** What {@link startLimited} starts with. */
export const limitedParts: readonly Part[] = [programPart('prlimit')];

/**
 * Starts a gateway under limits of the system, and waits until it is ready.
 *
 * @param limits of prlimit(1), such as `--nofile=64:64`; its workers have them too
 */
export async function startLimited(
  bed: TestBed,
  limits: readonly string[],
  options: GatewayOptions,
): Promise<Gateway> {
  const config = writeConfig(bed, options);
  const command = [program('prlimit'), ...limits, process.execPath, SLUICE, 'serve', '--config', config];
  const gateway = launchGateway(bed, command, options.expectedLog);
  await gateway.ready(options.processes ?? 2);
  return gateway;
}

/** Whether this process may mount file systems. */
export function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-e2e-mount-'));
  try {
    mountSmallDisk(directory, '64k')();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Mounts a file system with room for very little, until the returned function is called. */
export function mountSmallDisk(directory: string, size: string): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory], { stdio: 'ignore' });
  return () => void execFileSync('umount', [directory]);
}
