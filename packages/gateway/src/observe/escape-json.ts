// Makes JSON safe for terminals and for readers of lines.

// JSON escapes the C0 controls. The C1 controls are just as good at taking over a terminal, and some readers of
// lines split at U+2028; all of these can only stand inside strings, where \u is understood.
const unescapedControls = /[\u007f-\u009f\u2028\u2029]/g;

/** The same JSON with every control character escaped. */
export function escapeJson(json: string): string {
  return json.replace(unescapedControls, escapeControl);
}

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
