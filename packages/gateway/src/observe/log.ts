// The log of the gateway: one structured line per event, for people or for programs. Nothing else in the gateway
// writes lines, and the protocol packages never do.
import { pino, stdSerializers, stdTimeFunctions, type Logger as PinoLogger } from 'pino';
import type { LogConfig } from '../config/types.ts';
import { escapeJson } from './escape-json.ts';
import { createPrettyWriter } from './pretty.ts';

/** What a line says besides its message. Never bodies, cookies, credentials or query strings. */
export interface LogFields {
  /** Stable name of the event, upper snake case. */
  readonly code?: string;
  /** The cause, if there is one. */
  readonly error?: unknown;
  readonly [field: string]: unknown;
}

/** Fields of a line that somebody may have to act on: it has a code to search for. */
export interface CodedFields extends LogFields {
  readonly code: string;
}

/** Writes the log. */
export interface Logger {
  readonly debug: (fields: LogFields, message: string) => void;
  readonly info: (fields: LogFields, message: string) => void;
  readonly warn: (fields: CodedFields, message: string) => void;
  readonly error: (fields: CodedFields, message: string) => void;
  /** A logger whose lines all carry these fields too. */
  readonly child: (fields: LogFields) => Logger;
}

/** Where lines go. */
export interface LogStream {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  /** Whether the terminal shows colours, as `tty.WriteStream` answers it. */
  readonly hasColors?: () => boolean;
}

/**
 * Makes the logger of a gateway. Lines go to standard error unless `stream` is given.
 * Control characters never reach the stream unescaped, whoever put them into a field.
 */
export function createLogger(config: LogConfig, stream: LogStream = process.stderr): Logger {
  const isPretty = config.format === 'pretty' || (config.format === 'auto' && stream.isTTY === true);
  const write = isPretty ? createPrettyWriter(stream) : createJsonWriter(stream);
  const root = pino(
    {
      level: config.level,
      base: null,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: serializeError },
    },
    { write },
  );
  return wrap(root);
}

function wrap(logger: PinoLogger): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(fields)),
  };
}

function serializeError(error: unknown): unknown {
  return error instanceof Error ? stdSerializers.err(error) : error;
}

function createJsonWriter(stream: LogStream): (line: string) => void {
  return (line) => {
    stream.write(escapeJson(line));
  };
}
