// The settings of AJP listeners: who may reach them, and the secret in its file.
import { afterAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSecret } from '../../src/config/secret-file.ts';
import { load, problemsOf } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'sluice-secret-'));
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;

function secretFile(content: string | Uint8Array, mode = 0o600): string {
  const path = join(directory, `secret-${++files}`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

describe('a listener for AJP', () => {
  it('has every setting of its own', () => {
    const path = secretFile('s3cret\n');
    const { config } = load({
      toml: `[app]
target = "a"
[[listen]]
protocol = "ajp"
address = "0.0.0.0:8009"
secret_file = "${path}"
allowed_attributes = ["SSL_CLIENT_S_DN", "WSGI_SCRIPT_NAME"]
packet_size = "64KiB"
decoded_path = true
`,
    });
    expect(config.listen[0]).toMatchObject({
      protocol: 'ajp',
      address: { kind: 'tcp', host: '0.0.0.0', port: 8009 },
      secretFile: path,
      allowedAttributes: ['SSL_CLIENT_S_DN', 'WSGI_SCRIPT_NAME'],
      packetBytes: 65_536,
      isPathDecoded: true,
    });
  });

  it('takes its settings from flags, which other listeners do not get', () => {
    const path = secretFile('s3cret');
    const flags = {
      target: 'a',
      ajp: ['8009'],
      fastcgi: ['unix:/run/a'],
      'ajp-secret-file': path,
      'ajp-attribute': ['REMOTE_REALM', 'AUTH_METHOD'],
      'ajp-packet-size': '16KiB',
      'ajp-decoded-path': true,
    };
    const [fastcgi, ajp] = load({ flags }).config.listen;
    expect(ajp).toMatchObject({
      address: { kind: 'tcp', host: '127.0.0.1', port: 8009 },
      secretFile: path,
      allowedAttributes: ['REMOTE_REALM', 'AUTH_METHOD'],
      packetBytes: 16_384,
      isPathDecoded: true,
    });
    expect(fastcgi).toMatchObject({ protocol: 'fastcgi', secretFile: null, isPathDecoded: false });
  });

  it('finds a relative secret file beside the configuration file, or from the current directory', () => {
    const listen = '[[listen]]\nprotocol = "ajp"\naddress = "8009"\n';
    const toml = `[app]\ntarget = "a"\n${listen}`;
    expect(problemsOf({ toml: `${toml}secret_file = "none"\n` })).toEqual([
      expect.stringMatching(
        /sluice\.toml:6: listen\[0\]\.secret_file: .*sluice-config-\w+\/none: there is no/,
      ),
    ]);
    expect(problemsOf({ toml, flags: { 'ajp-secret-file': 'none' } })).toEqual([
      '--ajp-secret-file: listen[0].secret_file: /current/none: there is no such file',
    ]);
  });

  it.each(['0.0.0.0:8009', '[::]:8009', '10.0.0.1:8009', 'web.example:8009'])(
    'at %s needs a secret, even where `allow` names who may connect',
    (address) => {
      const lines = problemsOf({ flags: { target: 'a', ajp: [address], allow: ['10.0.0.0/8'] } });
      expect(lines).toHaveLength(1);
      for (const hint of ['secret_file', 'ProxyPass', 'worker.NAME.secret', 'AJP13_SECRET'])
        expect(lines[0]).toContain(hint);
      const flags = { target: 'a', ajp: [address], 'ajp-secret-file': secretFile('s3cret') };
      expect(problemsOf({ flags })).toEqual([]);
    },
  );

  it('needs none where only this machine can reach it, or where that shows when it is opened', () => {
    const ajp = ['8009', '[::1]:8009', 'unix:/run/ajp', 'fd:3', 'systemd'];
    expect(problemsOf({ flags: { target: 'a', ajp } })).toEqual([]);
  });

  it.each([
    ['ajp-secret-file', '/etc/secret', 'secret_file'],
    ['ajp-attribute', ['SSL_CLIENT_S_DN'], 'allowed_attributes'],
    ['ajp-packet-size', '8KiB', 'packet_size'],
    ['ajp-decoded-path', true, 'decoded_path'],
  ])('is the only one to have --%s', (flag, value, key) => {
    expect(problemsOf({ flags: { target: 'a', fastcgi: ['9000'], [flag]: value } })).toEqual([
      `--${flag}: listen[0].${key}: only a listener for AJP has one`,
    ]);
  });

  it.each([
    ['HTTP_X_USER', 'would pass for a header'],
    ['wsgi.input', 'is not such a name'],
    ['javax.servlet.include.path_info', 'is not such a name'],
    ['Lower', 'is not such a name'],
    ['', 'is not such a name'],
  ])('does not let the attribute %j in', (name, reason) => {
    const flags = { target: 'a', ajp: ['8009'], 'ajp-attribute': [name] };
    expect(problemsOf({ flags })).toEqual([expect.stringContaining(reason)]);
  });

  it.each(['8191B', '4KiB', '65KiB'])('does not take packets of %s', (size) => {
    const flags = { target: 'a', ajp: ['8009'], 'ajp-packet-size': size };
    expect(problemsOf({ flags })).toEqual([expect.stringContaining('a size from 8KiB to 64KiB')]);
  });
});

describe('a secret file', () => {
  it.each(['s3cret', 's3cret\n', 's3cret\r\n'])('is one line: %j', (content) => {
    expect(readSecret(secretFile(content))).toEqual({ value: 's3cret' });
  });

  it('may be read by its group', () => {
    expect(readSecret(secretFile('s3cret', 0o640))).toEqual({ value: 's3cret' });
  });

  it('keeps blanks and characters beyond ASCII', () => {
    expect(readSecret(secretFile(' gehe\u00efm \n'))).toEqual({ value: ' gehe\u00efm ' });
  });

  it.each([0o604, 0o642, 0o601])('is refused if everybody has access to it (%o)', (mode) => {
    const path = secretFile('s3cret', mode);
    expect(readSecret(path)).toEqual({
      reason: `everybody on this machine has access to it; run chmod o= ${path}`,
    });
  });

  it.each([
    ['empty', '', 'it is empty'],
    ['only a newline', '\n', 'it is empty'],
    ['two lines', 'a\nb\n', 'more than one line'],
    ['a control character', 'a\0b', 'control characters'],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe), 'it is not UTF-8'],
  ])('is refused if it is %s', (_name, content, reason) => {
    expect(readSecret(secretFile(content))).toEqual({ reason: expect.stringContaining(reason) });
  });

  it('is refused if it is a directory', () => {
    chmodSync(directory, 0o700);
    expect(readSecret(directory)).toEqual({ reason: 'it is a directory' });
  });
});
