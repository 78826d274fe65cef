// A row of the route table as people know it: method and path, with what is captured from the path named instead of told.

import type { RouteRow } from './route-table.ts';

/** `POST /v1/chat/completions`, `GET /v1/models/{model}`. */
export function routeLabel(method: string, { path, names }: Pick<RouteRow, 'path' | 'names'>): string {
  return `${method} ${typeof path === 'string' ? path : templateOf(path, names)}`;
}

function templateOf(path: RegExp, names: RouteRow['names']): string {
  const part = names === 'model-in-path' ? '{model}' : names === 'response-in-path' ? '{response}' : '{…}';
  return path.source
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replaceAll('\\/', '/')
    .replace(/\((?!\?:)[^()]*\)/g, part)
    .replace(/\(\?:[^()]*\)\??|\[[^\]]*\](?:\{[^}]*\}|[+*?])?/g, '{…}');
}
