// Tables in plain text, numbers to the right. Pure.

export type Column = { readonly title: string; readonly left?: boolean };

export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const width = columns.map(({ title }, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[]) =>
    columns
      .map(({ left }, at) => {
        const cell = cells[at] ?? '';
        return left ? cell.padEnd(width[at] ?? 0) : cell.padStart(width[at] ?? 0);
      })
      .join('  ')
      .trimEnd();
  const rule = width.map((size) => '─'.repeat(size)).join('  ');
  return [line(columns.map(({ title }) => title)), rule, ...rows.map(line)].map((text) => `  ${text}`).join('\n');
}

/** A number for people; `–` when there is none. */
export function shown(value: number | null | undefined, digits = 0): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return '–';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
