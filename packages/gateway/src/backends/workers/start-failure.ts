// Why a process could not be started, for the log.

/** Completes "worker ...". What the system says is little, so the two that users can do something about are told at length. */
export function startFailure(error: NodeJS.ErrnoException): string {
  const { code, path = 'its program' } = error;
  const user = process.geteuid?.();
  switch (code) {
    case 'EACCES':
      return `could not be started: user ${user} may not run ${path} (${code}); it and every directory above it must be open to that user`;
    case 'ENOENT':
      return `could not be started: there is no ${path} (${code})`;
    default:
      return `could not be started: ${error.message}`;
  }
}
