// Reads the certificate and the key of a TLS listener, and says what is wrong with them.
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Parsed } from './kinds/kind.ts';
import type { Step } from './locate.ts';
import type { Problem, Source } from './problems.ts';
import type { ListenConfig } from './types.ts';

/** Absolute paths of PEM files. */
export interface CertificateFiles {
  /** The certificate of the server, then those in between, the root left out. */
  readonly certificateFile: string;
  /** Null: the key is in the same file. */
  readonly keyFile: string | null;
}

const failures: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission to read it is missing',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'the key is not that of the certificate',
};

/** What connections are encrypted with: TLS 1.2 or 1.3. Or why it cannot be. */
export function readCertificate({ certificateFile, keyFile }: CertificateFiles): Parsed<SecureContext> {
  let path = certificateFile;
  try {
    const cert = readFileSync(path);
    if (!cert.includes('-----BEGIN CERTIFICATE-----'))
      return { reason: `${path} holds no certificate in PEM` };
    path = keyFile ?? certificateFile;
    const key = readFileSync(path);
    if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key.toString('latin1'))) {
      return { reason: `${path} holds no private key in PEM` };
    }
    return {
      value: createSecureContext({
        cert,
        key,
        minVersion: 'TLSv1.2',
        honorCipherOrder: true,
        sessionIdContext: 'sluice',
      }),
    };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return { reason: `${path} cannot be used: ${failures[code] ?? message}` };
  }
}

/** Every listener whose certificate cannot be used. Paths are absolute. */
export function checkCertificates(
  listen: readonly ListenConfig[],
  sourceOf: (path: readonly Step[]) => Source,
): readonly Problem[] {
  return listen.flatMap(({ tlsCertificateFile, tlsKeyFile }, index) => {
    if (tlsCertificateFile === null) return [];
    const read = readCertificate({ certificateFile: tlsCertificateFile, keyFile: tlsKeyFile });
    if ('value' in read) return [];
    const source = sourceOf(['listen', index, 'tls', 'certificate']);
    return [{ source, key: `listen[${index}].tls.certificate`, text: read.reason }];
  });
}
