// Answers requests for the built pages: from the allow-list, compressed once, kept by browsers where the name carries a
// hash. Carries no state and needs no session; a page without one can do nothing but sign in.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { KeyhatchError } from '../../shared/errors.ts';
import { type PageFile, readPageFiles } from '../lib/page-files.ts';

export type PageAnswers = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

type Encoding = 'br' | 'gzip';

const compressors = {
  // Its highest quality takes seconds for a page of this size, and the page is waiting.
  br: (bytes: Uint8Array) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes),
} as const;

/** @param pagesDir undefined where no pages are built: then it says so */
export function createPageAnswers(pagesDir: string | undefined): PageAnswers {
  let files: ReadonlyMap<string, PageFile> | undefined;
  const compressed = new Map<string, Promise<Buffer>>();

  // Read when the first page is asked for: a server that nobody looks at has no use for them.
  function read(): ReadonlyMap<string, PageFile> {
    if (files === undefined || files.size === 0) files = pagesDir === undefined ? new Map() : readPageFiles(pagesDir);
    return files;
  }

  function bytesOf(path: string, file: PageFile, encoding: Encoding | undefined): Promise<Uint8Array> | Uint8Array {
    if (encoding === undefined) return file.bytes;
    const key = `${encoding} ${path}`;
    const known = compressed.get(key);
    if (known) return known;
    const made = compressors[encoding](file.bytes);
    compressed.set(key, made);
    return made;
  }

  return async (request, response, path) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new KeyhatchError('method_not_allowed', {
        details: { path, method: request.method ?? '', allowed: 'GET, HEAD' },
      });
    }
    const known = read();
    if (known.size === 0) return sayText(response, 503, notBuilt);
    const file = known.get(path);
    if (!file) return sayText(response, 404, 'Not found.');
    const encoding = isText(file) ? encodingFor(request) : undefined;
    const bytes = await bytesOf(path, file, encoding);
    response.writeHead(200, {
      'content-type': file.contentType,
      'content-length': bytes.length,
      'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-store',
      ...(isText(file) ? { vary: 'accept-encoding' } : {}),
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };
}

const notBuilt =
  'The pages of the dashboard are not built. Build them with `npm run build`, then load this page again.';

function sayText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function isText({ contentType }: PageFile): boolean {
  return contentType.startsWith('text/') || contentType === 'image/svg+xml';
}

function encodingFor(request: IncomingMessage): Encoding | undefined {
  const wanted = String(request.headers['accept-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';')[0]?.trim());
  return (['br', 'gzip'] as const).find((encoding) => wanted.includes(encoding));
}
