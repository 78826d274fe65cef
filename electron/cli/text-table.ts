// Lays text out in aligned columns, without lines around them. Knows nothing of what the cells mean.

import { visible } from './output.ts';

export type Column<Row> = {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Colours the cell after it has been measured. */
  readonly paint?: (text: string, row: Row) => string;
};

const gap = '  ';

/** A line of titles and one for each row. */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paintTitle: (text: string) => string = (text) => text,
): string {
  const cells = rows.map((row) => columns.map((column) => visible(column.cell(row))));
  const widths = columns.map(({ title }, i) => Math.max(width(title), ...cells.map((line) => width(line[i] ?? ''))));
  const line = (texts: readonly string[], paint: (text: string, column: number) => string) =>
    texts
      .map((text, i) => {
        const room = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(text)));
        if (columns[i]?.align === 'right') return room + paint(text, i);
        // The last column is not filled up: no line ends in blanks.
        return i === texts.length - 1 ? paint(text, i) : paint(text, i) + room;
      })
      .join(gap)
      .trimEnd();
  const titles = line(
    columns.map(({ title }) => title),
    paintTitle,
  );
  const body = rows.map((row, r) => line(cells[r] ?? [], (text, i) => columns[i]?.paint?.(text, row) ?? text));
  return [titles, ...body].join('\n');
}

/** `Name   value`, one pair a line, indented by two. */
export function textPairs(pairs: readonly (readonly [name: string, value: string])[]): string {
  const widest = Math.max(...pairs.map(([name]) => width(name)));
  return pairs.map(([name, value]) => `  ${name.padEnd(widest)}${gap}${value}`.trimEnd()).join('\n');
}

// Columns of a terminal: East Asian wide characters and emoji take two.
function width(text: string): number {
  let columns = 0;
  for (const char of text) {
    if (/\p{M}/u.test(char)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return columns;
}
