// Why a process could not be started, for the log.

/** Completes "worker ...". What the system says is little, so the two that users can do something about are told at length. */
export function startFailure({ code, message, path = 'its program' }: NodeJS.ErrnoException): string {
  if (code === 'EACCES') {
    const user = process.geteuid?.();
    return `could not be started: user ${user} may not run ${path} (${code}); it and every directory above it must be open to that user`;
  }
  if (code === 'ENOENT') return `could not be started: there is no ${path} (${code})`;
  return `could not be started: ${message}`;
}
