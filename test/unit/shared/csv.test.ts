// CSV that any reader of RFC 4180 reads back, and that no spreadsheet takes for a formula.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine } from '../../../shared/csv.ts';
import { parseCsv } from '../../fakes/parse-csv.ts';

test('cells are quoted where they must be, and lines end as RFC 4180 says', () => {
  expect(csvLine(['a', 1, null, true, 'b,c', 'say "hi"', 'two\nlines'])).toBe(
    'a,1,,true,"b,c","say ""hi""","two\nlines"\r\n',
  );
  expect(csvLine([])).toBe('\r\n');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx'])('%j from a caller is text and no formula', (free) => {
  const [[cell = ''] = []] = parseCsv(csvLine([{ free }]));
  expect(cell).toBe(`'${free}`);
});

test('numbers and texts of our own are as they are', () => {
  expect(csvLine([-5, '-', { free: 'llama-3' }, { free: null }])).toBe('-5,-,llama-3,\r\n');
});

test('whatever is in the cells comes back', () => {
  const free = fc.oneof(
    fc.string(),
    fc.stringMatching(/^'{0,3}[=+\-@\t\r\n",a]{0,4}$/),
    fc.string({ unit: 'grapheme' }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(free, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 8 }), (lines) => {
      const text = lines.map((cells) => csvLine(cells.map((one) => ({ free: one })))).join('');
      const back = parseCsv(text).map((cells) => cells.map((cell) => cell.replace(/^'('*[=+\-@\t\r\n])/, '$1')));
      expect(back).toEqual(lines);
      for (const cell of parseCsv(text).flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
    }),
  );
});
