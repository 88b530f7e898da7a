// What a script answered, and in what two answers differ.

/** An answer, over whichever protocol. */
export interface Answer {
  /** 0: none came. */
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** In latin-1. */
  readonly body: string;
  /** Whether the protocol says that the body is complete. */
  readonly isWhole: boolean;
}

/** That no answer came. */
export const NO_ANSWER: Answer = { status: 0, reason: '', headers: [], body: '', isWhole: false };

/** A field by which two answers differ, and what it is in each. */
export interface Deviation {
  readonly field: string;
  readonly flup: string;
  readonly sluice: string;
}

/** The fields of two answers that differ; those of a JSON object in the body count each for itself. */
export function deviations(flup: Answer, sluice: Answer): Deviation[] {
  const [a, b] = [fieldsOf(flup), fieldsOf(sluice)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .map((field) => ({ field, flup: a.get(field) ?? 'absent', sluice: b.get(field) ?? 'absent' }))
    .filter((deviation) => deviation.flup !== deviation.sluice);
}

function fieldsOf(answer: Answer): Map<string, string> {
  const fields = new Map([
    ['status', answer.status === 0 ? 'no answer' : String(answer.status)],
    ['reason', answer.reason],
    ['ending', answer.isWhole ? 'whole' : 'cut off'],
  ]);
  for (const [name, value] of answer.headers) {
    const key = `header ${name.toLowerCase()}`;
    const known = fields.get(key);
    fields.set(key, known === undefined ? value : `${known} | ${value}`);
  }
  const variables = variablesOf(answer);
  if (variables === undefined) fields.set('body', shortened(answer.body));
  else for (const [name, value] of Object.entries(variables)) fields.set(name, JSON.stringify(value));
  // It follows from the variables.
  if (variables !== undefined) fields.delete('header content-length');
  return fields;
}

function variablesOf({ headers, body }: Answer): Readonly<Record<string, unknown>> | undefined {
  const isJson = headers.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value === 'application/json',
  );
  if (!isJson || !body.startsWith('{')) return undefined;
  return JSON.parse(body) as Record<string, unknown>;
}

function shortened(body: string): string {
  return body.length <= 200 ? body : `${body.slice(0, 100)}... ${body.length} bytes ...${body.slice(-50)}`;
}
