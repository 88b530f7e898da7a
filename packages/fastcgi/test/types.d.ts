// The two packages of the registry that the differential test compares with; they bring no types.
declare module 'fastcgi-stream' {
  import type { EventEmitter } from 'node:events';
  interface PeerRecord {
    readonly TYPE: number;
    readonly data?: Buffer;
    readonly params?: unknown[];
    readonly values?: unknown[];
    readonly role?: number;
    readonly flags?: number;
    readonly appStatus?: number;
    readonly protocolStatus?: number;
  }
  type RecordClass = new (...args: unknown[]) => PeerRecord;
  const fastcgi: {
    readonly FastCGIStream: new (stream: EventEmitter) => EventEmitter & {
      writeRecord(id: number, record: PeerRecord, callback?: () => void): void;
    };
    readonly records: Readonly<
      Record<'BeginRequest' | 'EndRequest' | 'Params' | 'StdIn' | 'StdOut', RecordClass>
    >;
  };
  export default fastcgi;
}

declare module 'node-fastcgi' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  import type { Server } from 'node:net';
  const fastcgi: {
    createServer(
      responder: (
        request: IncomingMessage & { socket: { params: Record<string, string> } },
        response: ServerResponse,
      ) => void,
      config?: { multiplex?: boolean },
    ): Server;
  };
  export default fastcgi;
}
