// Makes what decides about replies, and puts into the log what it has to say.

import type { ReplyConfig } from '../config/types.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Logger } from '../observe/log.ts';
import { Replies } from '../reply/replies.ts';
import type { Spool } from '../spool/spool.ts';

/** The rules for replies, as they are configured. */
export function makeReplies(config: ReplyConfig, spool: Spool, logger: Logger): Replies {
  let isStrippingTold = false;
  return new Replies(config, spool, {
    spillFailed: ({ id }: Exchange, error) => {
      const fields = { code: 'SLUICE_REPLY_NOT_STORED', request: id, error };
      logger.warn(fields, 'the reply cannot be stored for its slow client, so its thread waits');
    },
    fileNameStripped: ({ id }: Exchange) => {
      if (isStrippingTold) return;
      isStrippingTold = true;
      const message = 'X-Sendfile or X-Accel-Redirect was removed from a reply; see reply.sendfile';
      logger.warn({ code: 'SLUICE_SENDFILE_STRIPPED', request: id }, message);
    },
  });
}
