// Makes an HTTP front from its listener: whom it believes, its limits, and what it logs.

import { usualForwarding } from '../config/forwarding-headers.ts';
import type { LimitsConfig, ListenConfig } from '../config/types.ts';
import { GatewayError } from '../exchange/errors.ts';
import { forwardedMount, NO_FORWARDING, type Forwarding } from '../fronts/forwarding.ts';
import type { Front, FrontOptions } from '../fronts/front.ts';
import { HttpFront, type HttpEvents } from '../fronts/http.ts';
import { refusalBytes } from '../fronts/http-refusals.ts';
import { createTrustList, peerOf } from '../listen/index.ts';
import type { Logger } from '../observe/log.ts';
import { Once, Seldom } from '../fronts/seldom.ts';
import type { Router } from '../routing/router.ts';

/** Makes one that is not listening yet. */
export function makeHttpFront(
  listen: ListenConfig,
  limits: LimitsConfig,
  options: FrontOptions,
  router: Router,
  logger: Logger,
): Front {
  return new HttpFront({
    ...options,
    handle: (exchange) => router.handle(exchange, listen, forwardedMount(exchange.variables) ?? listen.mount),
    limits,
    forwarding: forwardingOf(listen),
    peerOf,
    events: eventsInto(logger),
  });
}

/** What a client is sent before its connection is closed because there are too many from its address. */
export function httpFarewell(): Buffer {
  return refusalBytes(new GatewayError('SLUICE_TOO_MANY_REQUESTS', 'too many connections'));
}

function forwardingOf({ trusted, forwarded }: ListenConfig): Forwarding {
  if (trusted === null) return NO_FORWARDING;
  return { isTrusted: createTrustList(trusted), believed: forwarded ?? usualForwarding };
}

function eventsInto(logger: Logger): HttpEvents {
  const refusals = new Seldom();
  const headers = new Once();
  return {
    refused: (peer, { code, message }) => {
      const untold = refusals.note(code);
      if (untold !== null) logger.warn({ code, peer, ...(untold > 0 && { untold }) }, message);
    },
    leftOut: (peer, header, why) => {
      if (!headers.isNew(`${why} ${header.toLowerCase()}`)) return;
      const fields = { code: 'SLUICE_HEADER_LEFT_OUT', peer, header };
      // Strangers send them all day.
      logger.info(
        fields,
        `the header ${JSON.stringify(header)} is left out, now and henceforth: ${REASONS[why]}`,
      );
    },
  };
}

const REASONS = {
  unsafe: 'a variable of that name could be mistaken for another one; use letters, digits and hyphens',
  unbelieved: 'only those that trusted and forwarded of the listener name may say such things',
} as const;
