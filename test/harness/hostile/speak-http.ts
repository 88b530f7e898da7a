// HTTP/1.1 as a client speaks it.
import { formatHead } from '../http.ts';
import type { Answer, Speaker } from './speaker.ts';

export const http: Speaker = {
  protocol: 'http',
  isKept: true,
  request: ({ target, method, body, headers = [] }) => {
    const bytes = Buffer.from(body ?? '');
    const all = [
      ...headers,
      ...(body === undefined ? [] : [['Content-Length', String(bytes.length)] as const]),
    ];
    const head = formatHead({ target, headers: all, ...(method !== undefined && { method }) });
    return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
  },
  answers: (received) => {
    const answers: Answer[] = [];
    let rest = received.toString('latin1');
    for (;;) {
      const end = rest.indexOf('\r\n\r\n');
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(rest) ?? [];
      if (end < 0 || status === undefined) return answers;
      // The gateway and the test's application always know the length.
      const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(rest.slice(0, end)) ?? [];
      const stop = end + 4 + Number(length);
      if (stop > rest.length) return answers;
      answers.push({ status: Number(status), body: rest.slice(end + 4, stop) });
      rest = rest.slice(stop);
    }
  },
};
