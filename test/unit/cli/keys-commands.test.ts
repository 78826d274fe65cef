// `keyhatch keys …`: what is asked of the instance and what is said about it.

import { expect, test } from 'vitest';
import { keyhatch } from './captured-cli.ts';
import { anna, atRest, day, hour, laptop, now, onLan, phone, running, secretKey } from './fake-instance.ts';

const inputOf = (calls: Awaited<ReturnType<typeof keyhatch>>['calls'], path: string) =>
  calls.find((call) => call.path === path)?.input;

test('create-shows-the-key-once-with-lines-to-paste', async () => {
  const { code, out, calls } = await keyhatch(['keys', 'create', '--name', 'laptop']);
  expect(code).toBe(0);
  expect(out).toContain(`\n  ${secretKey}\n`);
  expect(out).toContain('will not be shown again');
  expect(out).toContain(`export OPENAI_API_KEY=${secretKey}\n`);
  expect(out).toContain('export OPENAI_BASE_URL=http://127.0.0.1:1235/v1\n');
  expect(inputOf(calls, 'keys.create')).toEqual({ name: 'laptop' });
});

test('create-with-json-is-one-line-that-begins-with-id-and-key', async () => {
  const { code, out, err } = await keyhatch(['keys', 'create', '--name', 'laptop', '--json']);
  expect(code).toBe(0);
  expect(err).toBe('');
  expect(out).toMatch(/^\{"id":"aB3dE5fG","key":"kh_[^"]+",.*\}\n$/);
  expect(out.split('\n')).toHaveLength(2);
  expect(JSON.parse(out)).toMatchObject({ id: laptop.id, key: secretKey, name: 'laptop', limits: { rpm: 60 } });
});

test('where others reach the gateway, create and rotate name the address for each place', async () => {
  for (const argv of [
    ['keys', 'create', '--name', 'n'],
    ['keys', 'rotate', 'laptop'],
  ]) {
    const { out } = await keyhatch(argv, { stubs: { status: onLan } });
    expect(out.slice(out.indexOf('This key')).trimEnd().split('\n')).toEqual([
      'This key will not be shown again: copy it now. To use it on this computer:',
      '',
      `  export OPENAI_API_KEY=${secretKey}`,
      '  export OPENAI_BASE_URL=http://127.0.0.1:1235/v1',
      '',
      'On other computers the base URL is:',
      '',
      '  export OPENAI_BASE_URL=https://192.168.1.5:1235/v1   # unencrypted: http://192.168.1.5:1235/v1',
      '  export OPENAI_BASE_URL=http://172.17.0.1:1235/v1',
      '',
      'They have to be told once to trust its certificate: keyhatch tls ca',
    ]);
    const { out: json } = await keyhatch([...argv, '--json'], { stubs: { status: onLan } });
    expect(JSON.parse(json)).toMatchObject({
      baseUrl: 'http://127.0.0.1:1235',
      baseUrlsForOthers: ['https://192.168.1.5:1235', 'http://192.168.1.5:1235', 'http://172.17.0.1:1235'],
    });
  }
});

test('a key that is for this computer alone, or opens no gateway, is given no address of others', async () => {
  const here = { ...laptop, policy: { ...laptop.policy, networks: ['this-computer'] } };
  const stubs = { status: onLan, keys: [here] };
  const { out } = await keyhatch(['keys', 'rotate', 'laptop'], { stubs });
  expect(out).toContain('http://127.0.0.1:1235/v1');
  expect(out).not.toContain('192.168');
  const admin = { status: onLan, keys: [{ ...laptop, kind: 'admin' as const }] };
  const { out: json } = await keyhatch(['keys', 'rotate', 'laptop', '--json'], { stubs: admin });
  expect(JSON.parse(json)).toMatchObject({ baseUrl: null, baseUrlsForOthers: [] });
});

test('create-passes-every-field-on', async () => {
  const { calls } = await keyhatch(
    'keys create --name n --project p --expires 30d --rpm 0 --parallel 3 --models a,b'.split(' '),
  );
  expect(inputOf(calls, 'keys.create')).toEqual({
    name: 'n',
    project: 'p',
    expiresAt: now + 30 * day,
    rpm: 0,
    parallel: 3,
    models: ['a', 'b'],
  });
});

test('create-takes-never-none-and-all-as-no-limit', async () => {
  const { calls } = await keyhatch('keys create --name n --expires never --rpm none --models all'.split(' '));
  expect(inputOf(calls, 'keys.create')).toEqual({ name: 'n', expiresAt: null, models: null, rpm: null });
});

test('create-reads-a-value-of-ones-own-from-stdin-only', async () => {
  const { code, calls } = await keyhatch(['keys', 'create', '--name', 'n', '--value-stdin'], {
    stdin: 'a-value-of-my-own-0123\r\n',
  });
  expect(code).toBe(0);
  expect(inputOf(calls, 'keys.create')).toEqual({ name: 'n', value: 'a-value-of-my-own-0123' });
  for (const stdin of ['', '\n', 'two\nlines']) {
    const refused = await keyhatch(['keys', 'create', '--name', 'n', '--value-stdin'], { stdin });
    expect(refused.code).toBe(2);
    expect(inputOf(refused.calls, 'keys.create')).toBeUndefined();
  }
});

test('create-needs-a-name', async () => {
  const { code, err, reached } = await keyhatch(['keys', 'create']);
  expect(code).toBe(2);
  expect(err).toBe('A key needs a name: --name NAME. See: keyhatch help keys create\n');
  expect(reached).toEqual([]);
});

test('create-with-a-bare-name-says-which-flag-carries-it', async () => {
  const bare = await keyhatch(['keys', 'create', 'laptop3']);
  expect(bare).toMatchObject({
    code: 2,
    err: 'Give the name as --name laptop3. See: keyhatch help keys create\n',
    reached: [],
  });
  const unquoted = await keyhatch(['keys', 'create', '--name', 'my', 'laptop']);
  expect(unquoted.err).toBe('Give the name as --name "my laptop". See: keyhatch help keys create\n');
});

test.each([
  ['keys', 'create', '--name', 'n'],
  ['keys', 'rotate', 'laptop'],
])('%s %s is refused where the secret would end with the command', async (...argv) => {
  const inMemory = { ...atRest, vault: { kind: 'memory', state: 'open', reason: null } } as const;
  const { code, out, err, calls } = await keyhatch([...argv, '--vault', 'memory'], {
    running: false,
    stubs: { status: inMemory },
  });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/Nothing runs on this profile.*--vault file\.\n$/);
  expect(calls.map(({ path }) => path)).toEqual(['status.get']);
});

test('unusable-keys-are-explained-once', async () => {
  const inMemory = { ...running, vault: { kind: 'memory', state: 'open', reason: null } } as const;
  const stubs = { status: inMemory, keys: [laptop, { ...phone, usable: false }] };
  const list = await keyhatch(['keys', 'list'], { stubs });
  expect(list.out).toContain('paused, unusable: rotate it');
  expect(list.err).toBe(
    'One key is unusable: the secret was kept in memory only. Give the key a new one: keyhatch keys rotate NAME\n',
  );
  expect((await keyhatch(['keys', 'list', '--json'], { stubs })).err).toBe('');
  expect((await keyhatch(['keys', 'show', 'phone'], { stubs })).out).toContain('the secret was kept in memory only');
  expect((await keyhatch(['keys', 'show', 'laptop'], { stubs })).out).not.toContain('memory');
});

test('revoking-twice-says-that-it-is-done-already', async () => {
  const stubs = { keys: [{ ...laptop, status: 'revoked' as const, revokedAt: now - hour }] };
  const { code, out, calls } = await keyhatch(['keys', 'revoke', 'laptop'], { stubs, terminal: true });
  expect({ code, out }).toEqual({ code: 0, out: 'The key "laptop" (aB3dE5fG) is revoked already.\n' });
  expect(inputOf(calls, 'keys.revoke')).toBeUndefined();
});

test('create-at-rest-takes-the-address-from-the-settings', async () => {
  const { out } = await keyhatch(['keys', 'create', '--name', 'n'], { running: false, stubs: { status: atRest } });
  expect(out).toContain('OPENAI_BASE_URL=http://127.0.0.1:1235/v1');
});

test('create-speaks-powershell-on-windows', async () => {
  const { out } = await keyhatch(['keys', 'create', '--name', 'n'], { platform: 'win32' });
  expect(out).toContain(`$env:OPENAI_API_KEY = "${secretKey}"`);
});

test('list-is-a-table-with-relative-times', async () => {
  const { code, out } = await keyhatch(['keys', 'list']);
  expect(code).toBe(0);
  expect(out.trimEnd().split('\n')).toEqual([
    'ID        NAME    PROJECT  STATUS  EXPIRES  LAST USED  LIMITS     MAY        MODELS',
    'aB3dE5fG  laptop  –        active  in 29 d  3 h ago    60/min     inference  all',
    'Zz9yX8wV  phone   home     paused  never    never      2 at once  inference  qwen3-8b, gemma-3',
  ]);
  expect(JSON.parse((await keyhatch(['keys', 'list', '--json'])).out)).toEqual([laptop, phone]);
});

const hers = { ...phone, person: anna.name, personId: anna.id };

test('create gives a key to a person, whom the instance looks for', async () => {
  const { calls } = await keyhatch('keys create --name n --person Anna'.split(' '));
  expect(inputOf(calls, 'keys.create')).toEqual({ name: 'n', person: 'Anna' });
});

test.each(['Anna', 'anna', anna.id])(
  'list --person %s shows the keys of that person, and whose they are',
  async (ref) => {
    const stubs = { keys: [laptop, hers] };
    const { out } = await keyhatch(['keys', 'list', '--person', ref], { stubs });
    expect(out).toMatch(/^ID +NAME +PERSON +PROJECT /);
    expect(out).toContain('phone');
    expect(out).not.toContain('laptop');
    expect(JSON.parse((await keyhatch(['keys', 'list', '--person', ref, '--json'], { stubs })).out)).toEqual([hers]);
  },
);

test('list --person none shows those of nobody; somebody who is not there is told, a person without keys is not', async () => {
  const { out } = await keyhatch('keys list --person none --json'.split(' '), { stubs: { keys: [laptop, hers] } });
  expect(JSON.parse(out)).toEqual([laptop]);
  const unknown = await keyhatch('keys list --person Ben'.split(' '));
  expect({ code: unknown.code, out: unknown.out }).toEqual({ code: 1, out: '' });
  expect(unknown.err).toContain('Ben');
  expect(await keyhatch('keys list --person Anna --json'.split(' '))).toMatchObject({ code: 0, out: '[]\n' });
});

test('a list that is empty for want of a person says so', async () => {
  const { out } = await keyhatch('keys list --person Anna'.split(' '));
  expect(out).toBe('No key is theirs. Make one: keyhatch keys create --name NAME --person Anna\n');
});

test('show-tells-everything-by-id-or-name', async () => {
  for (const ref of [laptop.id, laptop.name]) {
    const { out } = await keyhatch(['keys', 'show', ref]);
    expect(out).toMatch(/^laptop\n/);
    expect(out).toContain('Last used  3 h ago from 127.0.0.1 by openai/6.1');
    expect(out).toContain('Limits     60 requests a minute, any number at once');
  }
  expect(JSON.parse((await keyhatch(['keys', 'show', 'phone', '--json'])).out)).toEqual(phone);
});

test('edit-changes-only-what-was-named', async () => {
  const { calls } = await keyhatch('keys edit phone --models all --rpm none --expires never --project none'.split(' '));
  expect(inputOf(calls, 'keys.edit')).toEqual({
    ref: 'phone',
    models: null,
    rpm: null,
    expiresAt: null,
    project: null,
  });
  expect((await keyhatch(['keys', 'edit', 'phone'])).code).toBe(2);
  expect(JSON.parse((await keyhatch('keys edit phone --rpm 1 --json'.split(' '))).out)).toEqual(phone);
});

test('pause-and-resume-say-what-they-did', async () => {
  expect((await keyhatch(['keys', 'pause', 'laptop'])).out).toBe('The key "laptop" (aB3dE5fG) is paused.\n');
  expect((await keyhatch(['keys', 'resume', 'phone'])).out).toBe('The key "phone" (Zz9yX8wV) is active again.\n');
  const { out } = await keyhatch(['keys', 'pause', 'laptop', '--json']);
  expect(JSON.parse(out)).toEqual({ ...laptop, status: 'paused' });
});

test('revoke-and-delete-ask-only-when-somebody-is-at-the-terminal', async () => {
  for (const verb of ['revoke', 'delete']) {
    const path = `keys.${verb}`;
    const script = await keyhatch(['keys', verb, 'laptop']);
    expect(script.code).toBe(0);
    expect(inputOf(script.calls, path)).toEqual({ ref: laptop.id });

    const yes = await keyhatch(['keys', verb, 'laptop'], { terminal: true, stdin: 'y\n' });
    expect(yes.code).toBe(0);
    expect(yes.err).toContain('Go on with "laptop" (aB3dE5fG)? [y/N]');

    for (const stdin of ['\n', 'no\n', '']) {
      const no = await keyhatch(['keys', verb, 'laptop'], { terminal: true, stdin });
      expect(no.code).toBe(1);
      expect(no.err).toMatch(/Nothing was changed\.\n$/);
      expect(inputOf(no.calls, path)).toBeUndefined();
    }

    const flag = await keyhatch(['keys', verb, 'laptop', '--yes'], { terminal: true });
    expect(flag.code).toBe(0);
    expect(flag.err).toBe('');
    expect(JSON.parse((await keyhatch(['keys', verb, 'laptop', '--json'])).out)).toMatchObject({ id: laptop.id });
  }
});

test('rotate-shows-the-new-secret-and-when-the-old-one-ends', async () => {
  const kept = await keyhatch(['keys', 'rotate', 'laptop']);
  expect(kept.out).toContain('The old one ends in 1 d.');
  expect(kept.out).toContain(secretKey);
  const ended = await keyhatch('keys rotate laptop --grace none'.split(' '));
  expect(inputOf(ended.calls, 'keys.rotate')).toEqual({ ref: 'laptop', graceMs: 0 });
  expect(ended.out).toContain('The old secret has ended.');
  const hours = await keyhatch('keys rotate laptop --grace 2h --json'.split(' '));
  expect(inputOf(hours.calls, 'keys.rotate')).toEqual({ ref: 'laptop', graceMs: 2 * hour });
  expect(JSON.parse(hours.out)).toMatchObject({ id: laptop.id, key: secretKey });
});

test('an-unknown-key-is-one-sentence-and-code-1', async () => {
  const { code, out, err, reached } = await keyhatch(['keys', 'show', 'nobody']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe('There is no key with the name or id "nobody". See: keyhatch keys list\n');
  expect(reached.at(-1)).toBe('close');
});
