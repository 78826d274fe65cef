// What the scanner says about top-level members, held against JSON.parse.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldKey, hasDisguisedName, scanTopLevel } from '../../../electron/gateway/json-members.ts';

const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 });

/** A string as JSON text, each character escaped in one of the ways JSON has. */
const stringText = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.constantFrom('{', '}', '[', '"', '\\', ','),
      ),
      fc.boolean(),
    ),
    { maxLength: 80 },
  )
  .map((parts) => `"${parts.map(([char, escaped]) => (escaped ? escapeUnits(char) : plain(char))).join('')}"`);

function escapeUnits(char: string): string {
  return [...Array(char.length).keys()]
    .map((index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}

function plain(char: string): string {
  return JSON.stringify(char).slice(1, -1);
}

const valueText = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value)),
  fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value, null, '\t')),
  stringText,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc.constantFrom('1e5', '-0', '1E-7', '{}', '[]', '[[[[]]]]', '{"a":{"b":"}"}}', '"\\\\"', '"\\\\\\""', '[ "]" , 1 ]'),
  fc.integer({ min: 1, max: 3000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 40, max: 60 }).map((length) => `"${'x'.repeat(length)}\\"${'y'.repeat(20)}\\\\"`),
);

const objectText = fc
  .tuple(space, fc.array(fc.tuple(stringText, valueText, space, space, space, space), { maxLength: 8 }), space, space)
  .map(([before, entries, inside, after]) => ({
    entries,
    text: `${before}{${inside}${entries.map(([key, value, a, b, c, d]) => `${a}${key}${b}:${c}${value}${d}`).join(',')}}${after}`,
  }));

describe('scanTopLevel', () => {
  test('finds-every-member-of-every-valid-object', () => {
    fc.assert(
      fc.property(objectText, ({ entries, text }) => {
        const bytes = Buffer.from(text);
        JSON.parse(bytes.toString());
        const scan = scanTopLevel(bytes);
        if (!scan.ok) throw new Error(scan.reason);
        // Each name by itself: inside an object JSON.parse may take it for another one (hasDisguisedName says when).
        expect(scan.members.map((member) => member.key)).toEqual(
          entries.map(([key]) => JSON.parse(Buffer.from(key).toString())),
        );
        expect(scan.members.map((member) => bytes.toString('utf8', member.valueStart, member.valueEnd))).toEqual(
          entries.map(([, value]) => Buffer.from(value).toString()),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('keeps-duplicates-in-order', () => {
    const bytes = Buffer.from('{"model":"a","Model":"b","model":"c"}');
    const scan = scanTopLevel(bytes);
    expect(scan.ok && scan.members.map((m) => [m.key, bytes.toString('utf8', m.valueStart, m.valueEnd)])).toEqual([
      ['model', '"a"'],
      ['Model', '"b"'],
      ['model', '"c"'],
    ]);
  });

  test('decodes-escaped-keys', () => {
    const scan = scanTopLevel(Buffer.from('{"\\u006dod\\u0065l":1,"\\ud83d\\ude00":2,"a\\/\\"":3}'));
    expect(scan.ok && scan.members.map((member) => member.key)).toEqual(['model', '😀', 'a/"']);
  });

  test.each([
    '',
    ' ',
    '[]',
    '"x"',
    '1',
    'null',
    '\ufeff{}',
    'x{}',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
  ])('refuses %j', (text) => {
    expect(scanTopLevel(Buffer.from(text)).ok).toBe(false);
  });

  test.each([
    '{a:1}',
    "{'a':1}",
    '{"a" 1}',
    '{"a":1 "b":2}',
    '{"a":1}{"b":2}',
    '{"a":1}x',
    '{"a":"x}',
    '{"a":[1}',
    '{"\n":1}',
    '{"\\x":1}',
    '{,}',
    '{"a":,}',
  ])('refuses-malformed %j', (text) => {
    expect(scanTopLevel(Buffer.from(text)).ok).toBe(false);
  });

  test('refuses-every-cut-of-an-object', () => {
    const bytes = Buffer.from(' {"a":"\\"x\\\\","b":{"c":[1,"]}"]},"d":-1.5e3,"é":null} ');
    for (let end = 0; end < bytes.length - 1; end += 1) expect(scanTopLevel(bytes.subarray(0, end)).ok).toBe(false);
    expect(scanTopLevel(bytes).ok).toBe(true);
  });

  test('ends-on-any-bytes-and-stays-inside-them', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(fc.constantFrom(...Buffer.from('{}[]",:\\ a1\n')), { maxLength: 300 })
        .map((bytes) => Uint8Array.from(bytes)),
      fc.tuple(objectText, fc.nat(), fc.nat(255)).map(([{ text }, where, byte]) => {
        const bytes = Uint8Array.from(Buffer.from(text));
        bytes[where % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(garbage, (raw) => {
        const bytes = Buffer.from(raw);
        const scan = scanTopLevel(bytes);
        for (const member of scan.ok ? scan.members : []) {
          expect(member.valueStart).toBeLessThan(member.valueEnd);
          expect(member.valueEnd).toBeLessThan(bytes.length);
        }
        if (isObjectText(bytes)) expect(scan.ok).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('steps-over-a-string-of-20-MiB', () => {
    const bytes = Buffer.from(`{"model":"m","image":"${'A'.repeat(20 * 1024 * 1024)}","stream":true}`);
    const scan = scanTopLevel(bytes);
    expect(scan.ok && scan.members.map((member) => member.key)).toEqual(['model', 'image', 'stream']);
  });
});

function isObjectText(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

describe('hasDisguisedName', () => {
  test.each([
    '{"\\u006dodel":1}',
    '{"mode\\u006C":1}',
    '{"a":[{"b":{"\\u0075rl" : 1}}]}',
    '{"max\\u005ftokens":1}',
    '{"\\u0030":1}',
    '{"image\\u017f":1}',
    '{"\\u212aeep_alive":1}',
    '{"\\\\\\u0061":1}',
    '{"\\n\\u007a":1}',
  ])('sees through %s', (text) => {
    expect(hasDisguisedName(Buffer.from(text))).toBe(true);
  });

  test.each([
    '{"model":"\\u006d"}',
    '{"gr\\u00f6\\u00dfe":1,"\\ud83d\\ude00":1}',
    '{"a\\u003cb\\u003e\\u0026\\u0027":1}',
    '{"application\\/json":1,"\\u002f":1}',
    '{"\\\\u0061":1}',
    '{"a":["\\u0061","\\":","\\u0062"]}',
    '{"\\u0040\\u005b\\u0060\\u007b\\u000a":1}',
    '{"a":"\\u0061',
  ])('leaves alone %s', (text) => {
    expect(hasDisguisedName(Buffer.from(text))).toBe(false);
  });

  test('finds its way through a name of millions of escapes', () => {
    const bytes = Buffer.from(`{"\\u000a${'\\n'.repeat(8 * 1024 * 1024)}":1}`);
    expect(hasDisguisedName(bytes)).toBe(false);
    expect(hasDisguisedName(Buffer.from(`{"${'\\n'.repeat(8 * 1024 * 1024)}\\u0061":1}`))).toBe(true);
  });

  test('whatever passes is read by JSON.parse with every name that matters, whatever was read before', () => {
    const name = fc.constantFrom('model', 'url', 'max_tokens', 'K');
    const spelled = fc.tuple(name, fc.nat(9)).map(([text, at]) => {
      const index = at % text.length;
      return text.slice(0, index) + escapeUnits(text[index] as string) + text.slice(index + 1);
    });
    fc.assert(
      fc.property(fc.oneof(name, spelled), fc.constantFrom('"x":1,', '"y":{},', ''), (written, before) => {
        const text = `{${before}"${written}":1}`;
        const decoded = JSON.parse(`"${written}"`) as string;
        // What leads it astray: the same place, and a name spelled as the first characters of the other one are written.
        JSON.parse(`{${before}${JSON.stringify(written.slice(0, decoded.length))}:1}`);
        if (!hasDisguisedName(Buffer.from(text))) expect(Object.keys(JSON.parse(text) as object)).toContain(decoded);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('foldKey', () => {
  test('folds-exactly-what-folds-to-an-ascii-letter', () => {
    // JS regular expressions with `iu` use Unicode simple case folding, as Go's SimpleFold does.
    const letters = [...'abcdefghijklmnopqrstuvwxyz'].map(
      (letter) => [letter, new RegExp(`^${letter}$`, 'iu')] as const,
    );
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const char = String.fromCodePoint(code);
      const folded = foldKey(char);
      if (folded.length > 1 && code < 0x10000 && code !== 0x130) wrong.push(char);
      if (!/[a-z]/.test(folded) && !/[a-z\u017f\u212a]/i.test(char)) continue;
      if (code === 0x130) continue;
      for (const [letter, pattern] of letters) if ((folded === letter) !== pattern.test(char)) wrong.push(char);
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    ['Model', 'model'],
    ['\u212aeep_alive', 'keep_alive'],
    ['\u017ftream', 'stream'],
    ['ſTREAM_OPTIONſ', 'stream_options'],
  ])('takes %s for %s', (key, folded) => {
    expect(foldKey(key)).toBe(folded);
  });

  test.each(['ınput', 'İnput', 'meßage', 'ﬁle', 'mödel'])('leaves-apart %s', (key) => {
    expect(foldKey(key)).not.toMatch(/^[a-z]+$/);
  });
});
