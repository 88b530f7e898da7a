// Ctrl-C and SIGTERM as a signal that stops a measurement in order.

/** Aborted by the first of them; its reason says by which. @returns {AbortSignal} */
export function interruptSignal() {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'])
    process.once(name, () => interrupt.abort(new Error(`stopped by ${name}`)));
  return interrupt.signal;
}
