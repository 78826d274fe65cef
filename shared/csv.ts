// Lines of CSV as RFC 4180 has them, safe to open in a spreadsheet. Pure.

/** Texts that a caller may have chosen are to be marked, so that a spreadsheet does not take one for a formula. */
export type CsvCell = string | number | boolean | null | { readonly free: string | null };

/** One line with its end. Null is an empty cell. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell !== 'object') return quoted(String(cell));
  return cell.free === null ? '' : quoted(harmless(cell.free));
}

// An apostrophe before it makes a spreadsheet take the cell as text. Texts that begin with apostrophes and then such a
// character get one more, so that taking one away always gives back what was there.
function harmless(text: string): string {
  return /^'*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
