// Metrics as Prometheus reads them: the text exposition format, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/). Writes what it is given; counts nothing.

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

export type Sample = {
  /** `_bucket`, `_sum` or `_count` of a histogram; empty for everything else. */
  readonly suffix: string;
  /** As `labelText` makes it; empty for none. */
  readonly labels: string;
  readonly value: number;
};

export type Family = {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence. */
  readonly help: string;
  readonly samples: readonly Sample[];
};

/** Piece by piece, with room for others in between: of many keys with many models it takes tens of milliseconds. */
export async function exposition(families: readonly (() => Family)[]): Promise<string> {
  let text = '';
  for (const family of families) {
    text += familyText(family());
    await new Promise(setImmediate);
  }
  return text;
}

/** What stands between the braces. Made once a series, because it costs more than the rest of the line. */
export function labelText(labels: readonly (readonly [name: string, value: string])[]): string {
  return labels.map(([label, text]) => `${label}="${escaped(text)}"`).join(',');
}

/** A number as the format has it; also what `le` says. */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function familyText({ name, type, help, samples }: Family): string {
  const head = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
  return head + samples.map((sample) => sampleText(name, sample)).join('');
}

function sampleText(name: string, { suffix, labels, value }: Sample): string {
  return `${name}${suffix}${labels === '' ? '' : `{${labels}}`} ${numberText(value)}\n`;
}

// Model and key names are whatever their owners chose. A lone half of a character has no UTF-8.
function escaped(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
