// Takes the data out of one server-sent event (WHATWG HTML §9.2.6). Comments, `event:` and other fields are left aside:
// every protocol here repeats the event's name in its data.

const byteOrderMark = '\ufeff';

/** The event's `data:` lines joined with line feeds; undefined when it has none, as a keep-alive comment. */
export function sseData(event: Buffer): string | undefined {
  let data: string | undefined;
  for (const line of event.toString('utf8').split(/\r\n|\n|\r/)) {
    const value = dataOf(line.startsWith(byteOrderMark) ? line.slice(1) : line);
    if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`;
  }
  return data;
}

function dataOf(line: string): string | undefined {
  if (!line.startsWith('data')) return undefined;
  if (line.length === 4) return '';
  if (line[4] !== ':') return undefined;
  return line.slice(line[5] === ' ' ? 6 : 5);
}
