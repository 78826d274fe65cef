// Which models the lists of a key name. `*` stands for any run of characters, also none; everything else for itself.
// Ollama's `:latest` may be left out on either side. Lists are read once; a name is looked at without any backtracking.

import * as z from 'zod';

/** One entry of a list of models: a name or a pattern. */
export const modelPattern = z.string().min(1).max(200);

/** Names longer than this fit no pattern. */
const longestName = 400;

export type ModelMatcher = (model: string) => boolean;

/** Reads a list of patterns once. */
export function compilePatterns(patterns: readonly string[]): ModelMatcher {
  const plain = new Set<string>();
  const pieces: (readonly string[])[] = [];
  for (const pattern of patterns) {
    if (pattern.includes('*')) pieces.push(pattern.split('*'));
    else plain.add(withoutLatest(pattern));
  }
  return (model) => {
    if (model.length > longestName) return false;
    return spellingsOf(model).some((name) => plain.has(name) || pieces.some((parts) => fits(name, parts)));
  };
}

/** Both lists of a key together: what is denied stays denied, whatever is allowed. */
export function compileModelLists(allowed: readonly string[] | null, denied: readonly string[]): ModelMatcher {
  const isAllowed = allowed === null ? () => true : compilePatterns(allowed);
  const isDenied = compilePatterns(denied);
  return (model) => isAllowed(model) && !isDenied(model);
}

/** A name without Ollama's usual tag. */
export function withoutLatest(model: string): string {
  return model.endsWith(':latest') ? model.slice(0, -':latest'.length) : model;
}

/** The name with and without `:latest`, where it has that tag or none. */
function spellingsOf(model: string): readonly string[] {
  const bare = withoutLatest(model);
  const hasOtherTag = bare === model && model.lastIndexOf(':') > model.lastIndexOf('/');
  return hasOtherTag ? [model] : [bare, `${bare}:latest`];
}

// The first place that fits is always good enough for a piece between two stars, so none is ever looked for twice.
function fits(name: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '';
  const last = pieces[pieces.length - 1] ?? '';
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
