// Upstreams, settings, usage, status, detect and doctor: what is asked of the instance and what is said about it.

import { expect, test } from 'vitest';
import { parseSettingValue } from '../../../electron/cli/commands/settings-commands.ts';
import { keyhatch } from './captured-cli.ts';
import { atRest, day, now, onLan, report, running, studio, unmetered } from './fake-instance.ts';

const json = async (...argv: string[]) => JSON.parse((await keyhatch([...argv, '--json'])).out);

test('upstreams-list-is-a-table', async () => {
  const { out } = await keyhatch(['upstreams', 'list']);
  expect(out.trimEnd().split('\n')).toEqual([
    'ID        NAME                 KIND       ADDRESS                CREDENTIAL  AT ONCE  HEALTH',
    'uP1uP1uP  LM Studio (default)  LM Studio  http://127.0.0.1:1234  none        2 of 4   up, 2 models, 12 ms',
  ]);
  expect(await json('upstreams', 'list')).toEqual([studio]);
});

test('upstreams-add-passes-kind-name-credential-and-confirmation', async () => {
  const argv = 'upstreams add http://127.0.0.1:8000 --kind vllm --name big --credential-stdin --confirm'.split(' ');
  const { code, out, calls } = await keyhatch(argv, { stdin: 'sk-upstream\n' });
  expect(code).toBe(0);
  expect(out).toBe('Added big (uP1uP1uP) at http://127.0.0.1:8000: up, 2 models, 12 ms.\n');
  expect(calls[0]).toEqual({
    path: 'upstreams.add',
    input: { url: 'http://127.0.0.1:8000', kind: 'vllm', name: 'big', credential: 'sk-upstream', confirm: true },
  });
});

test('upstreams-add-guesses-a-mistyped-kind', async () => {
  const { code, err } = await keyhatch('upstreams add http://x --kind olama'.split(' '));
  expect(code).toBe(2);
  expect(err).toContain('Did you mean "ollama"?');
});

test('upstreams-test-fails-when-the-upstream-is-down', async () => {
  expect((await keyhatch(['upstreams', 'test', 'LM Studio'])).code).toBe(0);
  const upstream = { ...studio, health: 'down' as const, reason: 'connection refused' };
  const down = await keyhatch(['upstreams', 'test', 'LM Studio'], { stubs: { upstream } });
  expect(down).toMatchObject({ code: 1, out: '' });
  expect(down.err).toBe('LM Studio (uP1uP1uP) at http://127.0.0.1:1234: down, connection refused.\n');
  const told = await keyhatch(['upstreams', 'test', 'LM Studio', '--json'], { stubs: { upstream } });
  expect(told.code).toBe(1);
  expect(JSON.parse(told.out)).toEqual(upstream);
});

test('upstreams-remove-says-what-it-took-out', async () => {
  const { out } = await keyhatch(['upstreams', 'remove', 'LM Studio']);
  expect(out).toBe('Removed LM Studio (uP1uP1uP) at http://127.0.0.1:1234.\n');
  expect(await json('upstreams', 'remove', 'LM Studio')).toEqual(studio);
});

test('settings-list-tells-what-the-command-line-has-set', async () => {
  const { out } = await keyhatch(['settings', 'list']);
  expect(out).toMatch(/^NAME +VALUE +FROM +ABOUT\n/);
  expect(out).toMatch(/^server\.port +1235 +set by command line +Port to listen on/m);
  expect(out).toMatch(/^server\.hosts +127\.0\.0\.1 +default /m);
  expect(out).toMatch(/^usage\.prices +\d+ entries +default /m);
  expect(await json('settings', 'list')).toContainEqual(expect.objectContaining({ name: 'cors.mode', value: 'off' }));
});

test('settings-get-prints-the-bare-value', async () => {
  expect((await keyhatch(['settings', 'get', 'server.port'])).out).toBe('1235\n');
  expect((await keyhatch(['settings', 'get', 'cors.mode'])).out).toBe('off\n');
  expect(await json('settings', 'get', 'server.port')).toMatchObject({ name: 'server.port', value: 1235 });
  const unknown = await keyhatch(['settings', 'get', 'server.prot']);
  expect(unknown).toMatchObject({ code: 1, err: 'There is no setting "server.prot". See: keyhatch settings list\n' });
});

test('settings-set-sends-the-value-and-the-confirmation', async () => {
  const { out, calls } = await keyhatch('settings set access.requireKey false --confirm'.split(' '));
  expect(calls.find(({ path }) => path === 'settings.set')?.input).toEqual({
    name: 'access.requireKey',
    value: false,
    confirm: true,
  });
  expect(out).toBe('access.requireKey is now false.\nWho may come in now: Only programs with a key.\n');
  expect(await json('settings', 'set', 'cors.mode', 'any')).toMatchObject({ name: 'cors.mode', value: 'any' });
  expect((await keyhatch(['settings', 'set', 'cors.mode'])).code).toBe(2);
});

test('settings-set-says-who-may-come-in-after-what-decides-it-and-only-then', async () => {
  for (const call of ['server.hosts 0.0.0.0', 'cors.mode list', 'access.publicModels on']) {
    expect((await keyhatch(`settings set ${call}`.split(' '))).out).toMatch(/\nWho may come in now: Only programs/);
  }
  expect((await keyhatch('settings set server.port 1300'.split(' '))).out).toBe('server.port is now 1300.\n');
});

test.each([
  ['server.port', '1300', 1300],
  ['access.requireKey', 'false', false],
  ['access.requireKey', 'on', true],
  ['access.requireKey', 'off', false],
  ['dashboard.enabled', 'yes', true],
  ['dashboard.enabled', 'No', false],
  ['desktop.clearClipboard', 'on', 'on'],
  ['cors.mode', 'off', 'off'],
  ['server.port', 'on', 'on'],
  ['keys.defaultRpm', 'null', null],
  ['cors.mode', 'any', 'any'],
  ['cors.mode', '"any"', 'any'],
  ['server.hosts', '0.0.0.0', ['0.0.0.0']],
  ['server.hosts', '127.0.0.1, ::1', ['127.0.0.1', '::1']],
  ['server.hosts', '["a","b"]', ['a', 'b']],
  ['server.allowedHosts', '', []],
  ['server.allowedHosts', '10', ['10']],
  ['upstreams.default', '12345678', '12345678'],
  ['upstreams.default', 'null', null],
  ['server.port', 'high', 'high'],
  ['no.such.setting', '[1]', [1]],
  ['no.such.setting', 'words', 'words'],
])('setting %s typed as %j is %j', (name, text, value) => {
  expect(parseSettingValue(name, text)).toEqual(value);
});

test('usage-is-a-table-with-a-total-and-the-strangers', async () => {
  const { out, calls } = await keyhatch(['usage']);
  expect(calls[0]?.input).toEqual({ sinceMs: day, by: 'key' });
  expect(out.trimEnd().split('\n')).toEqual([
    'KEY     REQUESTS  REFUSED  FAILED  TOKENS IN  CACHED  TOKENS OUT',
    'laptop        12        1       2     12,345       0         678',
    'Total         12        1       2     12,345       0         678',
    '',
    'Refused without a known key: key_missing 7',
    '',
    'Numbers not told by the model server: Ollama 3 (cut short, counted), no model server 1 (no numbers, unknown)',
  ]);
  const week = await keyhatch('usage --since 7d --by model --json'.split(' '));
  expect(week.calls[0]?.input).toEqual({ sinceMs: 7 * day, by: 'model' });
  expect(JSON.parse(week.out)).toEqual({ ...report, by: 'model', unmeteredBy: unmetered.lines });
  expect((await keyhatch('usage --by week'.split(' '))).code).toBe(2);
});

test('status-tells-address-access-and-upstreams', async () => {
  const { code, out } = await keyhatch(['status']);
  expect(code).toBe(0);
  expect(out.trimEnd().split('\n')).toEqual([
    'Keyhatch 0.1.0: the server is running (serve, process 4242, started 1 h ago)',
    '  Address    http://127.0.0.1:1235',
    '  Access     Only programs with a key.',
    '  Keys       1 active of 2',
    '  Vault      keychain',
    '  Upstreams  LM Studio  http://127.0.0.1:1234  up, 2 models, 12 ms',
    '  Today      128 requests, 2 running now',
    '  Profile    /profile',
  ]);
  expect(await json('status')).toEqual(running);
});

test('status tells the addresses for other computers apart, encrypted first', async () => {
  const { out } = await keyhatch(['status'], { stubs: { status: onLan } });
  expect(out.split('\n').slice(1, 3)).toEqual([
    '  Address     http://127.0.0.1:1235',
    '  For others  https://192.168.1.5:1235  http://192.168.1.5:1235  http://172.17.0.1:1235',
  ]);
});

test('status-at-rest-says-that-the-server-is-stopped', async () => {
  const { code, out } = await keyhatch(['status'], { running: false, stubs: { status: atRest } });
  expect(code).toBe(0);
  expect(out).toMatch(/^Keyhatch 0\.1\.0: the server is stopped\. Start it with: keyhatch serve\n/);
});

test('status-shows-a-locked-vault-and-warnings', async () => {
  const vault = { kind: 'keychain', state: 'locked', reason: 'no answer' } as const;
  const { out } = await keyhatch(['status'], { stubs: { status: { ...running, vault, warnings: ['Keys are off.'] } } });
  expect(out).toContain('Vault      keychain, locked: no answer');
  expect(out).toContain('! Keys are off.');
});

test('detect-tells-how-to-add-what-it-found', async () => {
  const { out } = await keyhatch(['detect']);
  expect(out).toMatch(/^ADDRESS +KIND +MODELS +CREDENTIAL +BEHIND THE GATEWAY\n/);
  expect(out).toContain('  keyhatch upstreams add http://127.0.0.1:1234 --credential-stdin\n');
  const nothing = await keyhatch(['detect'], { stubs: { detected: false } });
  expect(nothing).toMatchObject({ code: 0, out: expect.stringContaining('No model server was found') });
  expect(await json('detect')).toEqual([expect.objectContaining({ url: studio.url })]);
});

test('doctor-fails-only-when-something-is-bad', async () => {
  const fine = await keyhatch(['doctor']);
  expect(fine.code).toBe(0);
  expect(fine.out).toContain('✓ port: Port 1235 is ours.\n');
  expect(fine.out).toContain('! upstream on the LAN: LM Studio is open to the LAN.\n    Bind it to 127.0.0.1.\n');
  const findings = [{ check: 'vault', result: 'bad' as const, says: 'Locked.', cure: 'Unlock it.' }];
  const sick = await keyhatch(['doctor'], { stubs: { findings } });
  expect(sick).toMatchObject({ code: 1, err: 'Not well: vault.\n' });
  expect(await json('doctor')).toHaveLength(2);
});

test('dashboard-link-prints-the-link-alone-and-says-beside-it-how-long-it-works', async () => {
  const { code, out, err } = await keyhatch(['dashboard', 'link']);
  expect({ code, out }).toEqual({ code: 0, out: 'http://127.0.0.1:1236/#/sign-in/token\n' });
  expect(err).toBe('It signs in one browser on this computer, once, and expires in 10 min.\n');
  const asked = await keyhatch(['dashboard', 'link', '--json']);
  expect(JSON.parse(asked.out)).toEqual({
    secureUrl: null,
    url: 'http://127.0.0.1:1236/#/sign-in/token',
    expiresAt: now + 600_000,
  });
  expect(asked.err).toBe('');
});

test('status-says-where-the-dashboard-is', async () => {
  const status = { ...running, dashboard: { url: 'http://127.0.0.1:1236', secureUrl: null } };
  expect((await keyhatch(['status'], { stubs: { status } })).out).toMatch(
    /^ {2}Dashboard +http:\/\/127\.0\.0\.1:1236$/m,
  );
  const secureUrl = 'https://192.168.1.5:1236';
  const far = { ...status, dashboard: { ...status.dashboard, secureUrl } };
  expect((await keyhatch(['status'], { stubs: { status: far } })).out).toContain(`http://127.0.0.1:1236  ${secureUrl}`);
  expect((await keyhatch(['status'])).out).not.toContain('Dashboard');
});
