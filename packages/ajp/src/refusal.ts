// The connector's own answer to a request it will not run.
import { encodeResponseHead } from './response-head.ts';
import { END_CLOSE } from './response-messages.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  413: 'Content Too Large',
};

/** A complete response without body that says the connection closes. */
export function refusal(status: number): Buffer {
  const headers = [['Content-Length', '0']] as const;
  return Buffer.concat([
    encodeResponseHead({ status, reason: REASONS[status] ?? 'Error', headers }),
    END_CLOSE,
  ]);
}
