// Header fields in both directions.
import { expect } from '@jest/globals';
import { headerValues, json } from '../harness/http.ts';
import { digest } from '../harness/pattern.ts';
import { row, type Case } from './case.ts';

const COOKIES = Array.from({ length: 512 }, (_, index) => `name-${index}=${'v'.repeat(54)}`).join('; ');

/** Header fields. */
export const headerCases: readonly Case[] = [
  row(
    'a request header',
    { target: '/environ', headers: [['X-Colour', 'red']] },
    {
      status: 200,
      json: { HTTP_X_COLOUR: 'red' },
    },
  ),
  row(
    'Authorization',
    { target: '/environ', headers: [['Authorization', 'Basic YTpi']] },
    {
      status: 200,
      json: { HTTP_AUTHORIZATION: 'Basic YTpi' },
    },
  ),
  row(
    'Content-Type and Content-Length are variables without HTTP_',
    {
      method: 'POST',
      target: '/environ',
      headers: [['Content-Type', 'text/x; a=b']],
      body: { sizeBytes: 0, blocks: [] },
    },
    {
      status: 200,
      json: { CONTENT_TYPE: 'text/x; a=b', CONTENT_LENGTH: '0' },
      also: (response) => {
        expect(json(response)).not.toHaveProperty('HTTP_CONTENT_TYPE');
        expect(json(response)).not.toHaveProperty('HTTP_CONTENT_LENGTH');
      },
    },
  ),
  row(
    'a repeated request header is joined',
    {
      target: '/environ',
      headers: [
        ['X-Twice', 'one'],
        ['X-Twice', 'two'],
      ],
    },
    { status: 200, json: { HTTP_X_TWICE: 'one, two' } },
  ),
  row(
    'a header value in latin-1',
    { target: '/environ', headers: [['X-Name', 'Ren\xe9e']] },
    {
      status: 200,
      json: { HTTP_X_NAME: 'Ren\xe9e' },
    },
  ),
  row(
    'Proxy never becomes HTTP_PROXY',
    { target: '/environ', headers: [['Proxy', 'http://evil.example']] },
    {
      status: 200,
      also: (response) => expect(json(response)).not.toHaveProperty('HTTP_PROXY'),
    },
  ),
  row(
    'several Set-Cookie lines stay apart',
    { target: '/cookies' },
    {
      status: 200,
      headers: { 'set-cookie': ['a=0; Path=/', 'b=1; Path=/', 'c=2; Path=/'] },
    },
  ),
  row(
    '32 KB of cookies',
    { target: '/cookies', headers: [['Cookie', COOKIES]] },
    {
      status: 200,
      json: { size: COOKIES.length, sha256: digest(COOKIES) },
    },
  ),
  row(
    '40 KB of response headers',
    { target: '/big-head?count=40&size=1000' },
    {
      status: 200,
      text: 'big head\n',
      also: (response) => {
        const values = Array.from({ length: 40 }, (_, index) => headerValues(response, `X-Big-${index}`));
        expect(values).toEqual(
          values.map((_, index) => [String.fromCharCode('a'.charCodeAt(0) + (index % 26)).repeat(1000)]),
        );
      },
    },
  ),
];
