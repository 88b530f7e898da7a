// Sizes and counts a connection may reach, with their defaults. Checked before anything is allocated or looped over.
import { PACKET_SIZE_DEFAULT, PACKET_SIZE_MAX } from './constants.ts';
import { AjpError } from './errors.ts';

/** Ceilings of one connection. Sizes are bytes and include the 4-byte packet header. */
export interface AjpLimits {
  /** Largest packet we send; set it to the peer's packet size. 8192 to 65536, default 8192. */
  readonly packetSize: number;
  /**
   * Largest packet we take. 8192 to 65536, default 65536, so that a front with a raised packet size works
   * unconfigured; what we send stays within `packetSize`.
   */
  readonly receivePacketSize: number;
  /** Most headers in one request or response. Default 100, as in Tomcat. */
  readonly headerCountMax: number;
  /** Most request attributes (code 0A) in one request. Default 100. */
  readonly attributeCountMax: number;
  /** Largest content-length taken, in bytes. Default and ceiling 2^53-1, the last exact integer. */
  readonly contentLengthMax: number;
}

/** The limits that hold unless told otherwise. */
export const DEFAULT_LIMITS: AjpLimits = {
  packetSize: PACKET_SIZE_DEFAULT,
  receivePacketSize: PACKET_SIZE_MAX,
  headerCountMax: 100,
  attributeCountMax: 100,
  contentLengthMax: Number.MAX_SAFE_INTEGER,
};

/**
 * Fills in the defaults and checks the ranges.
 * Throws AJP_INVALID_OPTION for a packet size outside 8192..65536 or a count below 1.
 */
export function resolveLimits(limits: Partial<AjpLimits> = {}): AjpLimits {
  const resolved = { ...DEFAULT_LIMITS, ...limits };
  requireRange('packetSize', resolved.packetSize, PACKET_SIZE_DEFAULT, PACKET_SIZE_MAX);
  requireRange('receivePacketSize', resolved.receivePacketSize, PACKET_SIZE_DEFAULT, PACKET_SIZE_MAX);
  requireRange('headerCountMax', resolved.headerCountMax, 1, 65535);
  requireRange('attributeCountMax', resolved.attributeCountMax, 1, 65535);
  requireRange('contentLengthMax', resolved.contentLengthMax, 0, Number.MAX_SAFE_INTEGER);
  return resolved;
}

function requireRange(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new AjpError(
      'AJP_INVALID_OPTION',
      `${name} is ${value}, must be an integer from ${least} to ${most}`,
    );
  }
}
