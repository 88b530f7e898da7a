// Clients that send one request after the other over kept connections, and remember what came of each.
import { formatHead, headerValues, readResponse, text, type HttpResponse } from './http.ts';
import type { Ledger } from './ledger.ts';
import { RawConnection, type Address } from './raw-connection.ts';

/** What a client saw of one request. */
export interface Visit {
  readonly id: string;
  /** 0 when there was no response. */
  readonly status: number;
  readonly isComplete: boolean;
  readonly text: string;
}

/** A number of clients at work. */
export class Visitors {
  readonly visits: Visit[] = [];
  readonly #ledger: Ledger;
  readonly #workMs: number;
  readonly #clients: readonly Promise<void>[];
  #isOver = false;

  /**
   * Begins at once.
   *
   * @param addresses one client for each
   * @param workMs milliseconds that the application works on a request at most
   */
  constructor(addresses: readonly Address[], ledger: Ledger, workMs: number) {
    this.#ledger = ledger;
    this.#workMs = workMs;
    this.#clients = addresses.map((address) => this.#visit(address));
  }

  /** Lets each finish the request it has sent; rejects if one could not connect. */
  async stop(): Promise<readonly Visit[]> {
    this.#isOver = true;
    await Promise.all(this.#clients);
    return this.visits;
  }

  async #visit(address: Address): Promise<void> {
    let connection = await RawConnection.open(address);
    try {
      while (!this.#isOver) {
        const { id, target } = this.#ledger.request(this.#workMs);
        await connection.send(formatHead({ target }));
        const response = await readResponse(connection);
        this.visits.push({
          id,
          status: response?.status ?? 0,
          isComplete: response?.isComplete ?? false,
          text: response ? text(response) : '',
        });
        if (response && isKept(response)) continue;
        connection.close();
        connection = await RawConnection.open(address);
      }
    } finally {
      connection.close();
    }
  }
}

/** Servers close connections that have had many requests, and say so. */
function isKept(response: HttpResponse): boolean {
  return response.isComplete && !headerValues(response, 'connection').includes('close');
}

/** What does not fit together between what was sent, run and answered, in words; empty if everything is right. */
export function discrepancies(visits: readonly Visit[], ledger: Ledger): string[] {
  const entries = ledger.entries();
  const begun = countOf(entries.filter(({ what }) => what === 'begun'));
  const done = countOf(entries.filter(({ what }) => what === 'done'));
  const sent = new Set(visits.map(({ id }) => id));
  const problems = [...begun.keys()].filter((id) => !sent.has(id)).map((id) => `${id} was run but not sent`);
  for (const { id, status, isComplete, text: body } of visits) {
    const times = begun.get(id) ?? 0;
    if (times > 1) problems.push(`${id} was begun ${times} times`);
    if (!isComplete) problems.push(`${id} got no complete response, but ${status}`);
    if (status === 200 && (body !== id || times !== 1 || done.get(id) !== 1))
      problems.push(`${id} got 200 and ${JSON.stringify(body)}, begun ${times}, done ${done.get(id) ?? 0}`);
    if (status !== 200 && status !== 502) problems.push(`${id} got ${status}`);
    if (status === 502 && !body.includes('502')) problems.push(`${id} got a 502 without its page`);
  }
  return problems;
}

function countOf(entries: readonly { readonly id: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of entries) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
