// Which forms are read, and what of them: such as clients write pass, such as two readers would take for two forms do not.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formFacts } from '../../../electron/gateway/form-facts.ts';
import { partsOfForm } from '../../../electron/gateway/form-parts.ts';

const type = 'multipart/form-data; boundary=XbX';
const field = (name: string, text: string) =>
  `--XbX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
const end = '--XbX--\r\n';
const facts = (form: string) => formFacts(Buffer.from(form), type);

/** A whole form whose only part has this head. */
const withHead = (...lines: readonly string[]) => `--XbX\r\n${lines.join('\r\n')}\r\n\r\nok\r\n${end}`;
const disposition = (rest: string) => `Content-Disposition: form-data; ${rest}`;

describe('forms as clients write them', () => {
  test('of fetch, whatever stands in them', async () => {
    const text = fc.string({ unit: 'binary' });
    const fieldName = fc.constantFrom('model', 'language', 'prompt', 'response_format');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fieldName, text), { selector: ([name]) => name }),
        text,
        async (fields, file) => {
          const form = new FormData();
          for (const [name, value] of fields) if (name !== 'model') form.set(name, value);
          form.set('model', 'whisper-1');
          form.set('file', new Blob([file], { type: 'audio/wav' }), 'naïve “b” "c";name=model.wav');
          const sent = new Response(form);
          const contentType = sent.headers.get('content-type') ?? '';
          const bytes = Buffer.from(await sent.arrayBuffer());
          expect(formFacts(bytes, contentType).model).toBe('whisper-1');
          expect(partsOfForm(bytes, contentType).map(({ name }) => name)).toEqual([...form.keys()]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    ['curl', [disposition('name="model"')]],
    ['.NET', ['Content-Type: text/plain; charset=utf-8', disposition('name=model')]],
    ['OkHttp', [disposition('name="model"'), 'Content-Length: 2']],
    ['somebody with a header of their own', [disposition('name="model"'), 'X-Part: 1; name="other"']],
    [
      'Apache HttpClient',
      [disposition('name="model"'), 'Content-Type: text/plain; charset=ISO-8859-1', 'Content-Transfer-Encoding: 8bit'],
    ],
  ])('of %s', (_client, head) => {
    expect(facts(withHead(...head)).model).toBe('ok');
  });

  test.each([
    'name="file"; filename="a.mp3"',
    "name=file; filename=a.mp3; filename*=utf-8''a.mp3",
    'name="file"; filename="C:\\audio\\a.mp3"',
    'name="file"; filename*=utf-8\'\'%e2%82%ac.mp3',
  ])('with a file as %s', (rest) => {
    const [part] = partsOfForm(Buffer.from(withHead(disposition(rest), 'Content-Type: audio/mpeg')), type);
    expect(part).toMatchObject({ name: 'file', isFile: true });
  });
});

describe('what can be read in two ways is refused', () => {
  test.each([
    ['two names of one part', [disposition('name="model"'), disposition('name="other"')]],
    ['two names in one line', [disposition('name="model"; name="other"')]],
    ['a name in another spelling beside it', [disposition('name="other"; name*=utf-8\'\'model')]],
    ['a name in pieces', [disposition('name*0=mod; name*1=el')]],
    ['an escape in a name', [disposition('name="mod\\el"')]],
    ['a space before the colon', ['Content-Disposition : form-data; name="model"']],
    ['a folded line', ['Content-Disposition: form-data;', ' name="model"']],
    ['content in base64', [disposition('name="model"'), 'Content-Transfer-Encoding: base64']],
    ['content in quoted-printable', [disposition('name="model"'), 'Content-Transfer-Encoding: quoted-printable']],
    ['a part that is no field', ['Content-Disposition: attachment; name="model"']],
    ['a header that says more of the content', [disposition('name="model"'), 'Content-Encoding: gzip']],
    ['two types', [disposition('name="model"'), 'Content-Type: text/plain', 'Content-Type: text/plain']],
    ['a bare line feed', [`${disposition('name="model"')}\nX: y`]],
    ['a model as a file', [disposition('name="model"; filename="x"')]],
    ['a model in another character set', [disposition('name="model"'), 'Content-Type: text/plain; charset=utf-16']],
    ['a character set for all', [disposition('name="_charset_"')]],
    ['another case of a known name', [disposition('name="Model"')]],
    ['a file name whose quote is escaped', [disposition('name="file"; filename="a\\"; name=\\"model"')]],
  ])('%s', (_name, head) => {
    expect(() => facts(withHead(...head))).toThrow(expect.objectContaining({ code: 'body_invalid' }));
  });

  test.each([
    ['something before it', `junk\r\n${field('model', 'ok')}${end}`],
    ['something behind it', `${field('model', 'ok')}${end}tail`],
    ['another form behind its end', `${field('model', 'ok')}${end}${field('model', 'secret')}${end}`],
    ['no end', field('model', 'ok')],
    ['a boundary with a space behind it', `${field('model', 'ok').replace('XbX', 'XbX ')}${end}`],
    ['a boundary that goes on', `${field('model', 'ok\r\n--XbXy')}${end}`],
    ['two models', `${field('model', 'ok')}${field('model', 'secret')}${end}`],
    ['two numbers of choices', `${field('n', '1')}${field('n', '500')}${end}`],
  ])('%s', (_name, form) => {
    expect(() => facts(form)).toThrow(expect.objectContaining({ code: 'body_invalid' }));
  });

  test('with two boundaries, or none', () => {
    for (const contentType of ['multipart/form-data', `${type}; boundary=YY`, 'multipart/form-data; boundary="X'])
      expect(() => formFacts(Buffer.from(field('model', 'ok') + end), contentType)).toThrow();
  });
});

test.each([
  ['1', 1],
  ['500', 500],
  ['-1', Number.POSITIVE_INFINITY],
  ['', Number.NaN],
  ['5_0', Number.NaN],
])('%j choices count as %d', (text, value) => {
  expect(facts(`${field('n', text)}${end}`).amounts).toEqual([{ cap: 'choices', field: 'n', value }]);
});

test.each(['true', 'True', '1', 'yes', 'on'])('%s asks for a stream', (text) => {
  expect(facts(`${field('stream', text)}${end}`).streaming).toBe(true);
});

test.each([
  ['as text', disposition('name="url"'), 'X-Part: 1'],
  ['as JSON', disposition('name="url"'), 'Content-Type: application/json'],
  ['as a file without a name', disposition('name="image_url"; filename=""'), 'X-Part: 1'],
])('an address to fetch takes the right to that, %s', (_how, ...head) => {
  expect(facts(withHead(...head)).needs.has('remote_media')).toBe(true);
});

test('text in an older character set is taken as far as it is ASCII', () => {
  const form = withHead(disposition('name="model"'), 'Content-Type: text/plain; charset=ISO-8859-1');
  expect(facts(form).model).toBe('ok');
  expect(() => facts(form.replace('ok', 'ökö'))).toThrow(expect.objectContaining({ code: 'body_invalid' }));
});

test('an empty line behind its end is no second form', () => {
  expect(facts(`${field('model', 'ok')}${end}\r\n`).model).toBe('ok');
});
