// Who is at the other end of a connection, as far as the listener knows: a proxy may have said so before the first request.

/** The two ends of a connection. Addresses are empty on a Unix socket. */
export interface Peer {
  /** Of whoever connected, or of the client that a PROXY header named. IPv4 is never written as IPv6. */
  readonly address: string;
  /** Decimal; empty without one. */
  readonly port: string;
  readonly localAddress: string;
  readonly localPort: string;
  /** How the connection is encrypted; null if it is not. */
  readonly tls: TlsFacts | null;
}

/** What a handshake came to. */
export interface TlsFacts {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** The name of the cipher suite as OpenSSL and mod_ssl write it. */
  readonly cipher: string;
}
