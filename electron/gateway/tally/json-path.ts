// Walks into parsed JSON of unknown shape. Never throws: what is not there is undefined.

import { isJsonObject } from '../../lib/json-shape.ts';

/** Names of members, outermost first; `*` stands for every element of an array. */
export type JsonPath = readonly string[];

/** The value at a path without `*`. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root;
  for (const name of path) {
    if (!isJsonObject(value)) return undefined;
    value = value[name];
  }
  return value;
}

/** Whether some string or array at the path is not empty. */
export function isFilledAt(root: unknown, path: JsonPath, depth = 0): boolean {
  const name = path[depth];
  if (name === undefined) return (typeof root === 'string' || Array.isArray(root)) && root.length > 0;
  if (name === '*') return Array.isArray(root) && root.some((element) => isFilledAt(element, path, depth + 1));
  return isJsonObject(root) && isFilledAt(root[name], path, depth + 1);
}

/** The string at the path, or those in the array at it but for names and ids. */
export function stringsAt(root: unknown, path: JsonPath, depth = 0): string[] {
  const name = path[depth];
  if (name === undefined) return typeof root === 'string' ? [root] : Array.isArray(root) ? stringsIn(root) : [];
  if (name === '*') return Array.isArray(root) ? root.flatMap((element) => stringsAt(element, path, depth + 1)) : [];
  return isJsonObject(root) ? stringsAt(root[name], path, depth + 1) : [];
}

const labels: ReadonlySet<string> = new Set(['id', 'type']);

function stringsIn(root: readonly unknown[]): string[] {
  // A list of its own instead of calls, because what comes from outside may be nested as deep as it likes.
  const left: unknown[] = [...root];
  const found: string[] = [];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') found.push(value);
    else if (Array.isArray(value)) for (const element of value) left.push(element);
    else if (isJsonObject(value))
      for (const [name, inner] of Object.entries(value)) if (!labels.has(name)) left.push(inner);
  }
  return found;
}
