import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BodyStream } from '../../src/exchange/body.ts';
import { RecordingReader, RecordingSource } from '../helpers/body-readers.ts';

interface Parts {
  readonly body: BodyStream;
  readonly source: RecordingSource;
  readonly reader: RecordingReader;
}

function parts(): Parts {
  const source = new RecordingSource();
  return { source, body: new BodyStream(source, null), reader: new RecordingReader() };
}

const LOT = Buffer.alloc(200_000, 'x');

describe('a body on its way', () => {
  it('reaches its reader in order and whole, whatever waits for whom', () => {
    const steps = fc.array(fc.constantFrom('push', 'unwilling', 'willing', 'resume', 'read'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const { body, reader } = parts();
        let sent = '';
        for (const [index, step] of list.entries()) {
          if (step === 'push') body.push(Buffer.from(`${index},`));
          if (step === 'push') sent += `${index},`;
          if (step === 'unwilling') reader.isWilling = false;
          if (step === 'willing') reader.isWilling = true;
          if (step === 'resume') body.resume();
          if (step === 'read') body.read(reader);
        }
        body.finish();
        body.read(reader);
        reader.isWilling = true;
        body.resume();
        expect([reader.text, reader.endings]).toEqual([sent, ['end']]);
      }),
    );
  });

  it('is read from its beginning by a reader that comes late', () => {
    const { body, reader } = parts();
    body.push(Buffer.from('one'));
    body.push(Buffer.from('two'));
    body.finish();
    body.read(reader);
    expect([reader.chunks, reader.endings]).toEqual([['one', 'two'], ['end']]);
  });

  it('ends at once if there is nothing in it', () => {
    const { body, reader } = parts();
    body.read(reader);
    body.push(Buffer.alloc(0));
    body.finish();
    expect([reader.chunks, reader.endings]).toEqual([[], ['end']]);
  });

  it('gives nothing more to a reader that has enough, until it asks again', () => {
    const { body, reader } = parts();
    body.read(reader);
    reader.isWilling = false;
    for (const text of ['one', 'two', 'three']) body.push(Buffer.from(text));
    expect(reader.chunks).toEqual(['one']);
    body.resume();
    expect(reader.chunks).toEqual(['one', 'two']);
    reader.isWilling = true;
    body.resume();
    expect(reader.chunks).toEqual(['one', 'two', 'three']);
  });

  it('pauses its source while much waits, and resumes it when little does', () => {
    const { body, source, reader } = parts();
    body.push(LOT);
    expect(source.isPaused).toBe(false);
    body.push(LOT);
    expect(source.isPaused).toBe(true);
    body.read(reader);
    expect(source.isPaused).toBe(false);
  });

  it('says after its end nothing more', () => {
    const { body, reader } = parts();
    body.read(reader);
    body.finish();
    body.finish();
    body.push(Buffer.from('late'));
    body.fail(new Error('late'));
    body.resume();
    expect([reader.chunks, reader.endings]).toEqual([[], ['end']]);
  });
});

describe('a body that fails', () => {
  it('drops what has not been taken, and says why', () => {
    const { body, source, reader } = parts();
    body.push(LOT);
    body.push(LOT);
    body.fail(new Error('gone'));
    body.finish();
    body.read(reader);
    expect([reader.chunks, reader.endings, source.isPaused]).toEqual([[], ['gone'], false]);
  });

  it('tells a reader that has enough for now, too', () => {
    const { body, reader } = parts();
    body.read(reader);
    reader.isWilling = false;
    body.push(Buffer.from('one'));
    body.push(Buffer.from('two'));
    body.fail(new Error('gone'));
    expect([reader.chunks, reader.endings]).toEqual([['one'], ['gone']]);
  });
});

describe('a body nobody wants', () => {
  it('is thrown away as it comes, and never pauses its source', () => {
    const { body, source } = parts();
    body.push(LOT);
    body.push(LOT);
    expect(source.isPaused).toBe(true);
    body.discard();
    expect(source.isPaused).toBe(false);
    for (let count = 0; count < 10; count++) body.push(LOT);
    body.finish();
    expect(source.isPaused).toBe(false);
  });

  it('can be given up from within a chunk, by a reader that has seen enough', () => {
    const { body, source } = parts();
    let chunks = 0;
    const ignore = (): void => {};
    body.read({
      chunk: () => {
        chunks++;
        body.discard();
        return true;
      },
      end: ignore,
      failed: ignore,
    });
    for (let count = 0; count < 10; count++) body.push(LOT);
    body.finish();
    expect([chunks, source.isPaused]).toEqual([1, false]);
  });
});
