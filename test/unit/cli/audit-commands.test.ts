// `keyhatch audit`: what it asks of the contract, what it prints, and that a broken log is a failure.

import { expect, test } from 'vitest';
import { type Captured, keyhatch } from './captured-cli.ts';
import { now, wholeAudit } from './fake-instance.ts';

const inputOf = ({ calls }: Captured, path: string) => calls.find((call) => call.path === path)?.input;

test('verify says what is whole', async () => {
  const said = await keyhatch(['audit', 'verify']);
  expect(said).toMatchObject({ code: 0, err: '' });
  expect(said.out).toBe('✓ Every entry is as it was made, and none is missing.\n1 entries; 1 in chain 1, up to 1.\n');
  expect(JSON.parse((await keyhatch(['audit', 'verify', '--json'])).out)).toEqual(wholeAudit);
});

test('verify fails where an entry was changed, and names the first', async () => {
  const says = 'Entry 7 is not as it was made.';
  const broken = { ...wholeAudit, state: 'broken', says, entries: 9, broken: { kind: 'changed', seq: 7 } } as const;
  const said = await keyhatch(['audit', 'verify'], { stubs: { audit: broken } });
  expect(said.code).toBe(1);
  expect(said.out).toContain(`✗ ${says}`);
  expect(said.out).toContain('First broken entry: 7');
  expect(said.err).toBe('The audit log is broken.\n');
});

test('verify fails where nobody can tell', async () => {
  const unknown = { ...wholeAudit, state: 'unknown', says: 'Nobody can tell.', waiting: 3, head: null } as const;
  const said = await keyhatch(['audit', 'verify'], { stubs: { audit: unknown } });
  expect(said.code).toBe(1);
  expect(said.out).toContain('3 not chained yet');
});

test('list is the history under another name', async () => {
  const said = await keyhatch('audit list --kind sign_in --since 1d --limit 3'.split(' '));
  expect(inputOf(said, 'history.list')).toEqual({ kind: 'sign_in', sinceMs: 86_400_000, limit: 3 });
});

test('what is exposed stands where changes do, and not as who did it', async () => {
  const says = 'The interface eth9 is away, so nobody can come in through it.';
  const entry = {
    ...({ seq: 3, at: now, actor: 'automatic', action: 'exposed', detail: says } as const),
    subject: { kind: 'profile', id: 'exposure', name: 'exposure check' },
  } as const;
  const { out } = await keyhatch(['audit'], { stubs: { history: [{ ...entry, changes: [] }] } });
  expect(out).toMatch(new RegExp(`automatic +exposed +profile exposure check +${says}`));
});

test('export prints JSON unless told, narrowed as the list is', async () => {
  const stubs = { chunks: [{ text: '[]\n', done: 0, total: 0 }] };
  const said = await keyhatch('audit export --key laptop'.split(' '), { stubs });
  expect(inputOf(said, 'audit.export')).toEqual({ kind: 'key', subject: 'laptop', format: 'json' });
  expect(said.out).toBe('[]\n');
  expect(inputOf(await keyhatch('audit export --csv'.split(' ')), 'audit.export')).toEqual({ format: 'csv' });
  expect(await keyhatch('audit export --csv --json'.split(' '))).toMatchObject({ code: 2, calls: [] });
});

test('begin-anew asks first', async () => {
  const said = await keyhatch('audit begin-anew --yes'.split(' '));
  expect(said.calls.map(({ path }) => path)).toEqual(['audit.verify', 'audit.beginAnew']);
  const asked = await keyhatch('audit begin-anew'.split(' '), { terminal: true, stdin: 'no\n' });
  expect(asked.calls.map(({ path }) => path)).toEqual(['audit.verify']);
  expect(asked.err).toContain('Go on?');
});
