// Writes an exported file to stdout, piece by piece as it comes and no faster than it is read.

import type { ExportChunk, ExportFormat } from '../../shared/usage-questions.ts';
import { UsageError } from './cli-errors.ts';
import type { Flags } from './flags.ts';
import type { Output } from './output.ts';

export const exportFlags = { csv: { about: 'Print all of it as CSV. See docs/export.md for the columns.' } } as const;

/** @throws UsageError when both are asked for */
export function formatAsked(flags: Flags<'csv' | 'json'>): ExportFormat | undefined {
  if (flags.on('csv') && flags.on('json')) throw new UsageError('Say either --csv or --json.');
  return flags.on('csv') ? 'csv' : flags.on('json') ? 'json' : undefined;
}

export async function writeExport(out: Output, chunks: AsyncIterable<ExportChunk>): Promise<void> {
  for await (const { text } of chunks) if (text !== '') await out.write(text);
}
