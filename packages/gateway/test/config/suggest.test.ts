import { describe, expect, it } from '@jest/globals';
import { didYouMean, suggest } from '../../src/config/suggest.ts';

describe('did you mean', () => {
  it.each([
    ['thread', 'threads'],
    ['request-timeout', 'request_timeout'],
    ['lenght', 'length'],
    ['Processes', 'processes'],
  ])('finds what %s stands for', (word, meant) => {
    expect(suggest(word, ['processes', 'threads', 'length', 'request_timeout'])).toBe(meant);
  });

  it('says nothing when no word is near', () => {
    expect(suggest('workers', ['processes', 'threads'])).toBeNull();
    expect(didYouMean('workers', [])).toBe('');
  });

  it('prefers the nearest of several', () => {
    expect(didYouMean('mod', ['mode', 'mound'])).toBe('; did you mean "mode"?');
  });
});
