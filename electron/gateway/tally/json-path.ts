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
