// Owns the way of a request body to a server, at the pace of its connection, in whatever form the body is.

import { createReadStream } from 'node:fs';
import type { RequestBody } from '../../exchange/body.ts';
import { UpstreamFailure } from './failure.ts';

/** Where a body goes. The calls may come before `pumpBody` has returned. */
export interface BodySink {
  /** Takes bytes. False: no more until `BodyPump.resume()`. */
  write(bytes: Buffer): boolean;
  end(): void;
  /**
   * The client went away, or the file could not be read: the rest never comes. Whoever passes it on does so a microtask
   * later: if the client has gone, its front says so at once.
   */
  failed(failure: UpstreamFailure): void;
}

/** A body on its way. */
export interface BodyPump {
  /** The sink takes bytes again. */
  resume(): void;
  /** Nothing more is wanted: the sink is not called again. */
  stop(): void;
}

const NOTHING_LEFT: BodyPump = { resume: () => {}, stop: () => {} };

/** Sends a body. */
export function pumpBody(body: RequestBody, sink: BodySink): BodyPump {
  switch (body.kind) {
    case 'bytes':
      for (const chunk of body.chunks) sink.write(chunk);
      sink.end();
      return NOTHING_LEFT;
    case 'file':
      return pumpFile(body.path, sink);
    case 'stream': {
      let isStopped = false;
      body.read({
        chunk: (bytes) => isStopped || sink.write(bytes),
        end: () => isStopped || sink.end(),
        failed: (reason) => isStopped || sink.failed(incomplete(reason)),
      });
      return {
        resume: () => isStopped || body.resume(),
        stop: () => {
          isStopped = true;
          body.discard();
        },
      };
    }
  }
}

function pumpFile(path: string, sink: BodySink): BodyPump {
  const stream = createReadStream(path);
  stream.on('data', (chunk) => {
    if (typeof chunk !== 'string' && !sink.write(chunk)) stream.pause();
  });
  stream.on('end', () => sink.end());
  stream.on('error', (error) => sink.failed(incomplete(error)));
  return {
    resume: () => void stream.resume(),
    stop: () => {
      stream.removeAllListeners('data').removeAllListeners('end').removeAllListeners('error');
      stream.on('error', () => {}).destroy();
    },
  };
}

function incomplete(reason: Error): UpstreamFailure {
  const seen = `the request body is not complete: ${reason.message}`;
  return new UpstreamFailure('SLUICE_BAD_REQUEST', seen, { isServerFault: false });
}
