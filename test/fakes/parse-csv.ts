// Reads CSV as RFC 4180 describes it, character by character: what an importer would see.

export function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += char;
        at += 1;
      } else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ',') {
      cells.push(cell);
      cell = '';
    } else if (char === '\r' && text[at + 1] === '\n') {
      lines.push([...cells, cell]);
      cells = [];
      cell = '';
      at += 1;
    } else cell += char;
  }
  if (quoted || cell !== '' || cells.length > 0) throw new Error('the text ends within a line');
  return lines;
}

/** Lines as records by the names of the first one. */
export function csvRecords(text: string): Record<string, string>[] {
  const [names = [], ...lines] = parseCsv(text);
  return lines.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ''])));
}
