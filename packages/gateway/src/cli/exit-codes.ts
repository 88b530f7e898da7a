// How the command ends, as a number.

/** Every exit code of `sluice`. */
export const exitCodes = {
  /** Everything went as asked. */
  ok: 0,
  /** A bug in Sluice, or something nobody has thought of. */
  internal: 1,
  /** The command line or the configuration is wrong. Starting again will not help. */
  usage: 2,
  /** `check`, `serve` with `must_load`, `reload`: there is no usable interpreter, or the application cannot be loaded. */
  application: 3,
  /** A listener could not be opened. */
  listen: 4,
  /** A second signal stopped the gateway at once; running requests were cut off. */
  forced: 5,
  /** A command for a running gateway, or `request`: nobody answers, it refuses, or the answer is not complete. */
  unreachable: 6,
  /** `import --strict`: something in the file of the other server was not carried over. */
  incomplete: 7,
  /** `request --fail`: the status is 400 or more. `decode`: something is not well formed. */
  failed: 8,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code means, for the reference page. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'Everything went as asked; for `serve`: it was stopped and every running request was finished.',
  internal: 'An error inside Sluice. The message says which.',
  usage: 'The command line or the configuration is wrong. Starting again will not help.',
  application:
    '`check`: there is no usable Python interpreter, or the application cannot be imported. `serve` with `must_load`: it could not be loaded. `reload`: the new code cannot be loaded, and the old serves on.',
  listen: 'A listener could not be opened, because its address is in use or permission is missing.',
  forced: 'A second signal stopped the gateway at once; running requests were cut off.',
  unreachable:
    '`status`, `top`, `trace`, `reload`, `scale`, `drain`, `stop`: no gateway answers at the control socket, or it refuses. `request`: the server cannot be reached, or its answer is not complete.',
  incomplete: '`import --strict`: something was not carried over.',
  failed:
    '`request --fail`: the server answered with a status of 400 or more. `decode`: something is not well formed.',
};
