// What a connection snippet is made of, and the one place that puts an address, a key or a model's name into somebody
// else's file format. Every slot is quoted by its language, so that no value can leave its string. Knows no client.

import type { Dialect } from './upstream-kinds.ts';

export type ClientGroup = 'editor' | 'chat' | 'agent' | 'sdk' | 'shell';
export type CodeLanguage = 'json' | 'jsonc' | 'yaml' | 'toml' | 'shell' | 'typescript' | 'python';

/** One field of somebody else's settings page: `copy` is typed in, `choose` is picked from what the page offers. */
export type Field = { readonly label: string; readonly value: string; readonly kind: 'copy' | 'choose' };

export type Where =
  | {
      readonly kind: 'file';
      readonly macos: string;
      readonly linux: string;
      readonly windows: string;
      /** How to open it from within the program. */
      readonly via?: string;
    }
  | { readonly kind: 'ui'; readonly path: string }
  /** Typed or pasted into a POSIX shell. */
  | { readonly kind: 'terminal' }
  /** Part of the reader's own program. */
  | { readonly kind: 'source' };

/** What may be put in. All are free of control characters. */
export type Values = {
  /** The address without a path, for clients that add `/v1` or `/api` themselves. */
  readonly root: string;
  readonly v1: string;
  /** `v1` as a container on this computer reaches it. */
  readonly containerV1: string;
  readonly key: string;
  readonly model: string;
};

export type Body =
  | { readonly language: CodeLanguage; readonly code: (values: Values) => string }
  | { readonly language: 'fields'; readonly fields: (values: Values) => readonly Field[] };

export type Step = { readonly title: string; readonly where: Where; readonly body: Body };

export type Client = {
  readonly id: string;
  readonly name: string;
  readonly group: ClientGroup;
  readonly dialect: Dialect;
  /** What its address field takes. */
  readonly address: 'root' | 'v1' | 'chat-completions';
  /** `limited`: works under the condition that the notes name. */
  readonly support: 'works' | 'limited' | 'not-yet';
  /** What to know before, in one or two sentences. */
  readonly notes: string;
  readonly steps: readonly Step[];
};

type Slot = keyof Values | ((values: Values) => string);

// Values hold no control characters, and all four languages read a JSON string without escapes for those as it is meant.
const quoted = (text: string): string => JSON.stringify(text);

/** One word for a POSIX shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** One string for PowerShell, which takes typographic quotes for plain ones. */
export function powershellQuoted(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

function tagFor(language: CodeLanguage, quote: (text: string) => string) {
  return (text: TemplateStringsArray, ...slots: readonly Slot[]): Body => ({
    language,
    code: (values) => {
      const filled = slots.map((slot) => quote(typeof slot === 'function' ? slot(values) : values[slot]));
      return dedent(text.reduce((code, part, index) => code + filled[index - 1] + part));
    },
  });
}

export const yaml = tagFor('yaml', quoted);
export const toml = tagFor('toml', quoted);
export const typescript = tagFor('typescript', quoted);
export const python = tagFor('python', quoted);
export const shell = tagFor('shell', shellQuoted);

/** @param finish may still change the text, for programs that read more into it than JSON */
export function json(data: (values: Values) => unknown, finish: (text: string) => string = (text) => text): Body {
  return { language: 'json', code: (values) => finish(JSON.stringify(data(values), null, 2)) };
}

export function jsonc(comment: string, data: (values: Values) => unknown): Body {
  return { language: 'jsonc', code: (values) => `// ${comment}\n${JSON.stringify(data(values), null, 2)}` };
}

export function fields(rows: (values: Values) => readonly Field[]): Body {
  return { language: 'fields', fields: rows };
}

export const copy = (label: string, value: string): Field => ({ label, value, kind: 'copy' });
export const choose = (label: string, value: string): Field => ({ label, value, kind: 'choose' });

export const ui = (path: string): Where => ({ kind: 'ui', path });
export const terminal: Where = { kind: 'terminal' };
export const source: Where = { kind: 'source' };

/** A file below the home folder, the same everywhere. */
export function homeFile(path: string): Where {
  return {
    kind: 'file',
    macos: `~/${path}`,
    linux: `~/${path}`,
    windows: `%USERPROFILE%\\${path.replaceAll('/', '\\')}`,
  };
}

// Lets templates stand indented in the source. Values have no line breaks, so no line of theirs can be taken for one.
function dedent(text: string): string {
  const lines = text.split('\n').slice(1, -1);
  const depth = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(depth)).join('\n');
}
