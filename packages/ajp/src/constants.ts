// The numbers of AJP 1.3 that are not names: magics, packet types, sizes. Names with codes are in coded-names.ts.

/** Which way a packet travels; each way has its own magic and its own packet types. */
export type Direction = 'toContainer' | 'toWebServer';

/** First two bytes of every packet, by direction. */
export const Magic = { toContainer: 0x1234, toWebServer: 0x4142 } as const;

/** First payload byte of packets from the web server. Body data packets have none: only their position tells. */
export const ToContainer = {
  FORWARD_REQUEST: 2,
  SHUTDOWN: 7,
  PING: 8,
  CPING: 10,
} as const;

/** First payload byte of packets from the container. */
export const ToWebServer = {
  SEND_BODY_CHUNK: 3,
  SEND_HEADERS: 4,
  END_RESPONSE: 5,
  GET_BODY_CHUNK: 6,
  CPONG: 9,
} as const;

/** Magic and length in front of every payload. */
export const PACKET_HEADER_BYTES = 4;

/** Default and smallest packet size, header included: what every known peer speaks unless told otherwise. */
export const PACKET_SIZE_DEFAULT = 8192;

/** Largest packet size any known peer can be configured to. */
export const PACKET_SIZE_MAX = 65536;

/** Packet header and inner length: what a body data packet costs beside its data. */
export const BODY_DATA_OVERHEAD = 6;

/** Packet header, type, chunk length and trailing NUL: what a SEND_BODY_CHUNK costs beside its data. */
export const BODY_CHUNK_OVERHEAD = 8;

/** The string length that means "null": neither bytes nor a terminator follow. */
export const NULL_STRING = 0xffff;
