// What is wrong with a command line of `sluice request`.

/** The command line cannot be meant. The message names the option and the reason. */
export class RequestError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RequestError';
  }
}
