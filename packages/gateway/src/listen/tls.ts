// Encrypts the connections of one listener, by a certificate that can be replaced while it runs.
import { unwatchFile, watchFile } from 'node:fs';
import { TLSSocket, type SecureContext } from 'node:tls';
import { readCertificate, type CertificateFiles } from '../config/certificate.ts';
import type { Step } from './entrance.ts';
import { endsOf, tellEnds } from './peers.ts';

/** How often it is looked whether a file has changed. Whoever renews a certificate is not in a hurry. */
const LOOK_EVERY_MS = 5_000;

/** A certificate on duty. */
export class TlsDoor {
  readonly #files: CertificateFiles;
  #context: SecureContext;
  #changed: (() => void) | null = null;

  /** Throws what is wrong with the files. */
  constructor(files: CertificateFiles) {
    const read = readCertificate(files);
    if ('reason' in read) throw new Error(read.reason);
    this.#files = files;
    this.#context = read.value;
  }

  /** New connections are encrypted by the certificate of the moment; HTTP/1.1 is the only protocol on offer. */
  readonly step: Step = (socket, pass) => {
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: this.#context,
      ALPNProtocols: ['http/1.1'],
    });
    tellEnds(secure, endsOf(socket));
    pass(secure);
  };

  /** Reads the files again. Returns why they cannot be used; then the old certificate stays. */
  reload(): string | null {
    const read = readCertificate(this.#files);
    if ('reason' in read) return read.reason;
    this.#context = read.value;
    return null;
  }

  /** Calls `changed` when one of the files is another one; links are followed, as certbot needs it. */
  watch(changed: () => void, lookEveryMs: number = LOOK_EVERY_MS): void {
    this.#changed = changed;
    for (const path of this.#paths()) {
      watchFile(path, { interval: lookEveryMs, persistent: false }, changed);
    }
  }

  /** Stops watching. */
  close(): void {
    if (this.#changed === null) return;
    for (const path of this.#paths()) unwatchFile(path, this.#changed);
    this.#changed = null;
  }

  #paths(): Set<string> {
    return new Set([this.#files.certificateFile, this.#files.keyFile ?? this.#files.certificateFile]);
  }
}
