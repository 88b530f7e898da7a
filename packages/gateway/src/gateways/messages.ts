// What the process that holds the sockets and its gateways tell each other, over the channel of Node's child processes.

import type { GatewayConfig } from '../config/types.ts';
import type { ControlRequest, ControlResults } from '../control/protocol.ts';
import type { TraceFilter } from '../control/trace-event.ts';
import type { ListenErrorCode } from '../listen/errors.ts';

/** Everything a gateway has to know; the first message to it. */
export interface StartMessage {
  readonly kind: 'start';
  /** Counted from 1. */
  readonly number: number;
  /** Its own share of it. */
  readonly config: GatewayConfig;
  readonly python: string;
  /** The interpreters of pools that have another one. */
  readonly pythons: ReadonlyMap<string, string>;
  /** Of the workers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly release: string;
  /** Its descriptors of the sockets, in the order of the listeners. */
  readonly descriptors: readonly number[];
  /** Its descriptor of the log file; null: the log goes to standard error. */
  readonly logDescriptor: number | null;
}

/** What a gateway can be asked. */
export type Question =
  | Extract<ControlRequest, { command: 'status' | 'scale' }>
  /** Without `pools` it is for all of them. */
  | { readonly command: 'reload'; readonly reason: string; readonly pools?: ReadonlySet<string> }
  /** Tell of requests that end, under this number. */
  | { readonly command: 'trace'; readonly id: number; readonly filter: TraceFilter }
  | { readonly command: 'end trace'; readonly id: number }
  | { readonly command: 'ping' };

/** What it answers. */
export interface Answers extends Pick<ControlResults, 'status' | 'reload' | 'scale'> {
  readonly trace: null;
  readonly 'end trace': null;
  readonly ping: null;
}

/** A connection that was accepted elsewhere comes with it: for the listener of that index. */
export interface PassedOn {
  readonly kind: 'connection';
  readonly listener: number;
}

/** Lines for whoever traces, about so many requests. */
export interface Traced {
  readonly kind: 'traced';
  readonly id: number;
  readonly lines: string;
  readonly count: number;
}

/** A message to a gateway. */
export type ToGateway =
  | StartMessage
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  /** Take nothing new, finish, and end. */
  | { readonly kind: 'stop'; readonly isPatient: boolean }
  | { readonly kind: 'stop now' }
  /** From so many connections on, pass further ones on. */
  | { readonly kind: 'limit'; readonly connectionsCount: number }
  | PassedOn;

/** Why a gateway could not start. */
export type StartFailure =
  | {
      readonly kind: 'listen';
      readonly code: ListenErrorCode;
      readonly address: string;
      readonly reason: string;
    }
  | { readonly kind: 'other'; readonly message: string };

/** A message from a gateway. */
export type FromGateway =
  /** It accepts connections, and its pools have been started. */
  | { readonly kind: 'ready'; readonly unserved: ReadonlyMap<string, string | null> }
  | { readonly kind: 'failed'; readonly failure: StartFailure }
  | { readonly kind: 'answer'; readonly id: number; readonly result: Answers[Question['command']] }
  | { readonly kind: 'refusal'; readonly id: number; readonly reason: string }
  /** It has so many connections of clients. */
  | { readonly kind: 'connections'; readonly count: number }
  | Traced
  | PassedOn;
