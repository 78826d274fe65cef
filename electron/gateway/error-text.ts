// The error as the client got it, as one short line for the ledger: ours by its code and message, a model server's own by
// what its body says. Nothing that looks like a credential gets past. Never throws.

import { redact } from '../lib/redact.ts';

/** What a row keeps of it, in characters. */
const errorTextMaxChars = 500;
/** Errors are short; of what is longer the beginning says enough. */
const headBytes = 8 * 1024;

export type ErrorHead = {
  /** Takes a copy of the beginning as it passes. */
  readonly chunk: (bytes: Buffer) => void;
  /** What it says, or null when it says nothing that can be read. */
  readonly read: () => string | null;
};

/** @param secrets what the model server was given and may say again */
export function watchErrorBody(secrets: readonly (string | undefined)[]): ErrorHead {
  const parts: Buffer[] = [];
  let left = headBytes;
  return {
    chunk(bytes) {
      if (left === 0) return;
      const part = Buffer.from(bytes.subarray(0, left));
      left -= part.length;
      parts.push(part);
    },
    read: () => errorLine(messageIn(Buffer.concat(parts)), secrets),
  };
}

/** As a row keeps it: one line, short, redacted; null for nothing. */
export function errorLine(text: string, secrets: readonly (string | undefined)[] = []): string | null {
  // Redacted before it is cut, so that no half of a credential stays where the cut is.
  const line = redact(text, secrets)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  if (line === '') return null;
  return line.length > errorTextMaxChars ? `${line.slice(0, errorTextMaxChars - 1)}…` : line;
}

function messageIn(body: Buffer): string {
  const text = body.toString('utf8');
  // A compressed one, or an image: nothing to read.
  if (text.includes('\uFFFD') && body.length < headBytes) return '';
  try {
    return messageOf(JSON.parse(text)) ?? text;
  } catch {
    return /^\s*[[{]/.test(text) ? messageInCut(text) : text;
  }
}

// JSON that goes on beyond what is kept often says back what was sent: only what it says about that is taken.
function messageInCut(text: string): string {
  const [, said = ''] = /"(?:error|message|detail|msg)"\s*:\s*"((?:[^"\\]|\\.)*)/.exec(text) ?? [];
  return said.replace(/\\[nrt]/g, ' ').replace(/\\(["\\/])/g, '$1');
}

// OpenAI, Anthropic and LM Studio say `error.message`, Ollama `error`, FastAPI servers `detail`, others `message`.
function messageOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return messageOf(value[0]);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name of ['error', 'message', 'detail', 'msg']) {
    const found = messageOf(fields[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}
