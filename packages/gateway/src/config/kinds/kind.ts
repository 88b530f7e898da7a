// What a kind of setting value is: how it is read from TOML, how from the words of a command line or an
// environment variable, and how it is described. One file per family of kinds beside this one.
import * as z from 'zod/mini';

/** A kind of value, shared by every setting that has it. */
export interface ValueKind<T> {
  /** Reads the TOML value. */
  readonly schema: z.ZodMiniType<T>;
  /** Completes the sentence "give ..." in an error message. */
  readonly allowed: string;
  /** Stands for the value in `--help`; null for a switch that takes none. */
  readonly placeholder: string | null;
  /** The flag may be given more than once; an environment variable separates the values by commas. */
  readonly repeats: boolean;
  /** The TOML value that words on a command line stand for. Words that make no sense are passed on for the schema to refuse. */
  readonly fromWords: (words: readonly string[]) => unknown;
}

/** The outcome of reading a text: a value, or the reason why it is refused. */
export type Parsed<T> = { readonly value: T } | { readonly reason: string };

/** A schema that reads a TOML string with `parse`; a refusal becomes the message of the issue. */
export function textSchema<T>(
  parse: (text: string) => Parsed<T>,
  examples: readonly string[],
): z.ZodMiniType<T> {
  return z.pipe(
    z.string().check(z.meta({ examples: [...examples] })),
    z.transform((text, context) => {
      const parsed = parse(text);
      if ('value' in parsed) return parsed.value;
      context.issues.push({ code: 'custom', message: parsed.reason, input: text });
      return z.NEVER;
    }),
  );
}

/** The word that counts when a flag takes one value: the last, as everywhere on the command line. */
export function lastWord(words: readonly string[]): string {
  return words.at(-1) ?? '';
}

/** A kind written as a string, in TOML as on the command line. */
export function stringKind<T>(
  placeholder: string,
  allowed: string,
  examples: readonly string[],
  parse: (text: string) => Parsed<T>,
): ValueKind<T> {
  return {
    schema: textSchema(parse, examples),
    allowed,
    placeholder,
    repeats: false,
    fromWords: lastWord,
  };
}
