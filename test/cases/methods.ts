// Methods, statuses, and the plainest of requests.
import { expect } from '@jest/globals';
import { json, whole } from '../harness/http.ts';
import { row, type Case } from './case.ts';

/** Methods and statuses. */
export const methodCases: readonly Case[] = [
  row(
    'GET',
    { target: '/hello' },
    {
      status: 200,
      headers: { 'content-type': ['text/plain'], 'content-length': ['6'] },
      text: 'hello\n',
    },
  ),
  row(
    'HEAD has the head of GET and no body',
    { method: 'HEAD', target: '/hello' },
    {
      status: 200,
      headers: { 'content-type': ['text/plain'], 'content-length': ['6'] },
      text: '',
    },
  ),
  row(
    'POST of a form',
    {
      method: 'POST',
      target: '/form',
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      body: whole('name=Ren%C3%A9e&colour=red&colour=blue&empty='),
    },
    { status: 200, json: { name: ['Renée'], colour: ['red', 'blue'], empty: [''] } },
  ),
  row(
    'POST of JSON',
    {
      method: 'POST',
      target: '/json',
      headers: [['Content-Type', 'application/json']],
      body: whole('{"numbers": [1, 2, 39]}'),
    },
    { status: 200, json: { sum: 42 } },
  ),
  ...['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'].map((method) =>
    row(
      `${method} with a body`,
      { method, target: '/environ', body: whole('body') },
      {
        status: 200,
        json: { REQUEST_METHOD: method, CONTENT_LENGTH: '4' },
      },
    ),
  ),
  row('a status of the application', { target: '/status?code=418' }, { status: 418, text: 'as you wish\n' }),
  row(
    '404 of the application',
    { target: '/nowhere' },
    {
      status: 404,
      text: 'no such page in this application\n',
    },
  ),
  row('204 has no body', { target: '/no-content' }, { status: 204, text: '' }),
  row('the write callable', { target: '/written' }, { status: 200, text: 'written, then returned\n' }),
  row(
    'the variables of RFC 3875',
    { target: '/environ?a=1&b=%20' },
    {
      status: 200,
      json: {
        REQUEST_METHOD: 'GET',
        SCRIPT_NAME: '',
        PATH_INFO: '/environ',
        QUERY_STRING: 'a=1&b=%20',
        SERVER_PROTOCOL: 'HTTP/1.1',
        REMOTE_ADDR: '127.0.0.1',
        'wsgi.url_scheme': 'http',
      },
      also: (response) => {
        expect(json(response)).toMatchObject({
          SERVER_NAME: expect.any(String),
          SERVER_PORT: expect.stringMatching(/^\d+$/),
        });
      },
    },
  ),
];
