// Takes out of a foreign text whatever is, or looks like, a credential: keys of ours, the secrets that are known to whoever
// asks, and the shapes that well-known services give theirs. Pure.

import { scrub } from './log.ts';

// By the prefixes that their makers chose so that scanners find them; and signed tokens, whose first part is always JSON.
const shapes: readonly RegExp[] = [
  /\b(?:sk|pk|rk)[-_][A-Za-z0-9*_-]{8,}/g,
  /\b(?:gsk|hf|r8|xai|nvapi|pplx|tgp|glpat|gh[pousr]|github_pat)[-_][A-Za-z0-9_-]{10,}/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\bAKIA[A-Z0-9]{12,}/g,
  /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g,
];

/** Shorter ones would take ordinary words out. */
const shortestSecret = 4;

/** @param secrets those known to stand behind it, taken out wherever they occur */
export function redact(text: string, secrets: readonly (string | undefined)[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret !== undefined && secret.length >= shortestSecret) clean = clean.replaceAll(secret, '…');
  }
  clean = scrub(clean);
  for (const shape of shapes) clean = clean.replace(shape, '…');
  return clean;
}
