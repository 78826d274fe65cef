// The command line as a whole: exit codes, wrong usage, help, where it looks for an instance, and what a terminal sees.

import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { commands } from '../../../electron/cli/command-table.ts';
import { KeyhatchError } from '../../../shared/errors.ts';
import { keyhatch } from './captured-cli.ts';
import { laptop, running, studio } from './fake-instance.ts';

test.each([
  [['kyes', 'list'], 'There is no command "kyes". Did you mean "keys"?', ''],
  [['keys', 'lst'], 'There is no command "keys lst". Did you mean "list"?', ' keys'],
  [
    ['keys'],
    'Say what to do with keys: create, list, show, edit, pause, resume, revoke, delete, rotate, reset-counters, end-old-secret, accept-weak, top-up, import, export.',
    ' keys',
  ],
  [['keys', 'list', '--jsno'], 'There is no option --jsno here. Did you mean --json?', ' keys list'],
  [['keys', 'list', '--quux-corge'], 'There is no option --quux-corge here.', ' keys list'],
  [['keys', 'list', '-x'], 'There is no option -x here.', ' keys list'],
  [['keys', 'list', 'extra'], 'This is how it is called: keyhatch keys list.', ' keys list'],
  [['keys', 'show'], 'This is how it is called: keyhatch keys show ID|NAME.', ' keys show'],
  [['keys', 'list', '--json=1'], '--json takes no value.', ' keys list'],
  [['keys', 'create', '--name'], '--name needs a value: --name NAME.', ' keys create'],
  [
    ['keys', 'create', '--name', '--json'],
    '--name needs a value: --name NAME. If it begins with a dash, write --name=--json.',
    ' keys create',
  ],
  [['keys', 'create', '--name', 'a', '--name', 'b'], '--name was given twice.', ' keys create'],
  [
    ['keys', 'create', '--name', 'a', '--rpm', '1.5'],
    '--rpm takes a whole number from 0 to 1000000, not "1.5".',
    ' keys create',
  ],
  [
    ['status', '--vault', 'keychan'],
    '--vault is one of keychain, file, memory, not "keychan". Did you mean "keychain"?',
    ' status',
  ],
  [['help', 'kyes'], 'There is no command "kyes". Did you mean "keys"?', ''],
])('wrong usage %j is code 2 and one sentence', async (argv, sentence, topic) => {
  const { code, out, err, reached } = await keyhatch(argv);
  expect({ code, out, err, reached }).toEqual({
    code: 2,
    out: '',
    err: `${sentence} See: keyhatch help${topic}\n`,
    reached: [],
  });
});

test('no-words-at-all-shows-the-help-as-wrong-usage', async () => {
  const { code, out, err } = await keyhatch([]);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('Usage: keyhatch COMMAND');
});

test('help-names-every-command-and-flag', async () => {
  const overview = await keyhatch(['help']);
  expect(overview.code).toBe(0);
  for (const { name, about } of [...commands, { name: 'serve', about: 'Run the gateway' }]) {
    expect(overview.out).toContain(`  ${name}`);
    expect(overview.out).toContain(about);
  }
  for (const command of commands) {
    const { code, out, reached } = await keyhatch([...command.name.split(' '), '--help']);
    expect({ code, reached }).toEqual({ code: 0, reached: [] });
    expect(out).toContain(`Usage: keyhatch ${command.name}`);
    for (const flag of [...Object.keys(command.flags), 'json', 'data-dir', 'vault']) expect(out).toContain(`--${flag}`);
    expect((await keyhatch(['help', ...command.name.split(' ')])).out).toBe(out);
  }
  expect((await keyhatch(['help', 'keys'])).out).toContain('keys rotate ID|NAME');
  expect((await keyhatch(['keys', '-h'])).out).toContain('keys rotate ID|NAME');
  expect((await keyhatch(['help', 'serve'])).out).toContain('--localhost-bypass on|off');
  expect((await keyhatch(['--help'])).out).toBe(overview.out);
});

test('version-is-printed', async () => {
  expect(await keyhatch(['--version'])).toMatchObject({ code: 0, out: 'keyhatch 0.1.0\n' });
  expect(await keyhatch(['-V'])).toMatchObject({ code: 0, out: 'keyhatch 0.1.0\n' });
});

test('flags-may-stand-before-the-command', async () => {
  const { code, out, reached } = await keyhatch(['--json', '--data-dir', '/else', 'keys', 'list']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toHaveLength(2);
  expect(reached).toEqual(['connect /else', 'close']);
});

test('the-profile-is-the-flag-then-the-environment-then-the-default', async () => {
  const env = { KEYHATCH_DATA_DIR: '/from/env' };
  expect((await keyhatch(['status', '--data-dir', '/flag'], { env })).reached[0]).toBe('connect /flag');
  expect((await keyhatch(['status'], { env })).reached[0]).toBe('connect /from/env');
  expect((await keyhatch(['status'])).reached[0]).toBe('connect /home/ada/.config/Keyhatch');
});

test('the-profile-is-opened-at-rest-when-nothing-runs', async () => {
  const { code, reached } = await keyhatch(['keys', 'list', '--vault', 'file', '--data-dir', '/p'], { running: false });
  expect(code).toBe(0);
  expect(reached).toEqual(['connect /p', 'at rest /p file', 'close']);
});

test('a-vault-flag-that-contradicts-the-running-instance-is-noted', async () => {
  const { code, out, err } = await keyhatch(['keys', 'list', '--vault', 'file', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toHaveLength(2);
  expect(err).toBe('Keyhatch is running with the vault "keychain"; --vault file was not used.\n');
  expect((await keyhatch(['keys', 'list', '--vault', 'keychain'])).err).toBe('');
});

test('expected-failures-are-their-own-sentence', async () => {
  const locked = new KeyhatchError('profile_in_use', { details: { dir: '/p', holder: 'process 7' } });
  const io = { openAtRest: () => Promise.reject(locked) };
  const { code, err } = await keyhatch(['status'], { running: false, io });
  expect({ code, err }).toEqual({ code: 1, err: `${locked.message}\n` });
});

test('bugs-are-code-1-without-secrets-and-without-a-stack', async () => {
  const io = { connect: () => Promise.reject(new Error('bad\n  kh_aB3dE5fG_0123456789ABCDEFGHIJKLMNOPQRSTUV000000')) };
  const { code, err } = await keyhatch(['status'], { io });
  expect(code).toBe(1);
  expect(err).toMatch(/^Something went wrong inside keyhatch: bad {3}kh_aB3dE5fG_…\n$/);
});

test('colour-is-for-terminals-that-want-it', async () => {
  const colour = '\u001b[';
  expect((await keyhatch(['keys', 'list'], { terminal: true })).out).toContain(colour);
  expect((await keyhatch(['keys', 'list'], { terminal: true, env: { NO_COLOR: '1' } })).out).not.toContain(colour);
  expect((await keyhatch(['keys', 'list'], { terminal: true, env: { TERM: 'dumb' } })).out).not.toContain(colour);
  expect((await keyhatch(['keys', 'list', '--json'], { terminal: true })).out).not.toContain(colour);
  expect((await keyhatch(['keys', 'list'])).out).not.toContain(colour);
});

test('coloured-columns-stay-aligned', async () => {
  const plain = await keyhatch(['keys', 'list']);
  const coloured = await keyhatch(['keys', 'list'], { terminal: true });
  expect(stripVTControlCharacters(coloured.out)).toBe(plain.out);
});

test('names-from-elsewhere-cannot-steer-the-terminal', async () => {
  const upstream = { ...studio, name: 'evil\u001b[2J\u202e\nname\u009b31m' };
  const stubs = { upstream, status: { ...running, upstreams: [upstream] } };
  for (const argv of ['upstreams list', 'upstreams list --json', 'upstreams remove x', 'status', 'status --json']) {
    const { out } = await keyhatch(argv.split(' '), { stubs });
    expect(out).toContain('evil');
    expect(['\u001b', '\u009b'].filter((steering) => out.includes(steering))).toEqual([]);
  }
  expect((await keyhatch(['keys', 'show', 'a\u001b[2Jb'])).err).not.toContain('\u001b');
});

test('an-instance-that-goes-away-is-one-sentence', async () => {
  const io = { connect: () => Promise.reject(new KeyhatchError('not_running')) };
  const { code, err } = await keyhatch(['keys', 'show', laptop.id], { io });
  expect({ code, err }).toEqual({ code: 1, err: 'The server is not running. Start it with: keyhatch serve\n' });
});
