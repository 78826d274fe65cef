// Fetches a file piece by piece, with how far it is and a way to stop, and hands it to the browser.

import { useEffect, useRef, useState } from 'react';
import type { ExportChunk, ExportFormat } from '../../shared/usage-questions.ts';
import { saveFile } from './save-file.ts';

export type FileExport =
  | { readonly at: 'asking' }
  | { readonly at: 'fetching'; readonly done: number; readonly total: number }
  | { readonly at: 'done'; readonly file: string }
  | { readonly at: 'failed'; readonly why: string };

export type WantedFile = {
  readonly chunks: (signal: AbortSignal) => Promise<AsyncIterable<ExportChunk>>;
  readonly file: string;
  readonly format: ExportFormat;
};

export function useFileExport() {
  const [state, setState] = useState<FileExport>({ at: 'asking' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  async function start({ chunks, file, format }: WantedFile): Promise<void> {
    const stop = new AbortController();
    running.current = stop;
    setState({ at: 'fetching', done: 0, total: 1 });
    try {
      const parts: Blob[] = [];
      for await (const { text, done, total } of await chunks(stop.signal)) {
        parts.push(new Blob([text]));
        setState({ at: 'fetching', done, total });
      }
      stop.signal.throwIfAborted();
      saveFile(new Blob(parts, { type: format === 'csv' ? 'text/csv' : 'application/json' }), file);
      setState({ at: 'done', file });
    } catch (error) {
      setState(
        stop.signal.aborted
          ? { at: 'asking' }
          : { at: 'failed', why: String(error instanceof Error ? error.message : error) },
      );
    }
  }
  return { state, start, cancel: () => running.current?.abort() };
}
