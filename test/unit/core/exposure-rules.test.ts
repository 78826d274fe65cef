// The rules of the exposure check, one by one: facts in, a sentence with its cure out.

import { describe, expect, test } from 'vitest';
import { type ExposureFacts, exposures } from '../../../electron/core/exposure-rules.ts';
import { presentAddresses } from '../../../electron/core/interfaces.ts';
import { type Settings, settingsSchema } from '../../../shared/settings.ts';
import { machine } from '../../fakes/some-interfaces.ts';

const nowMs = Date.UTC(2026, 2, 1, 12);
const dayMs = 86_400_000;
const [inLan, v6] = presentAddresses(machine({ eth0: ['192.168.1.5/24', 'fd00::5/64'] }));
const [inPublic] = presentAddresses(machine({ eth1: ['203.0.113.5/24'] }));
if (!inLan || !v6 || !inPublic) throw new Error('the table has them');

const closed: ExposureFacts = {
  settings: settingsSchema.parse({}),
  reached: [],
  away: [],
  held: [],
  troubles: [],
  port: 1235,
  upstreams: [],
  passedOn: [],
  firewall: { likely: 'nothing' },
  tls: undefined,
  dashboard: { url: null, reached: [] },
  waysOpen: 0,
  secondPort: [],
  nowMs,
};
const onLan = { reached: [inLan, v6] };
const withSettings = (settings: Partial<Settings>) => ({ settings: settingsSchema.parse(settings) });
const found = (facts: Partial<ExposureFacts>, check: string) =>
  exposures({ ...closed, ...facts }).filter((one) => one.check === check);
const findings = (facts: Partial<ExposureFacts>) =>
  exposures({ ...closed, ...facts })
    .filter(({ result }) => result !== 'good')
    .map(({ id, result }) => [id, result]);

test('on this computer alone and with keys there is nothing to close', () => {
  expect(findings({})).toEqual([]);
  expect(found({}, 'reach')).toMatchObject([{ says: 'Only this computer can reach the port of Keyhatch.' }]);
});

test('ways in without a key are counted, and make the sentence true', () => {
  expect(found({ waysOpen: 2 }, 'ways in')).toMatchObject([{ result: 'warning', id: 'ways-open' }]);
  expect(found({ waysOpen: 1 }, 'access')[0]?.says).toBe(
    'Anyone on this computer with a key, and nobody without one. One way in without a key is open besides.',
  );
});

test('a second port beyond this computer is a warning, and bad at a public address', () => {
  expect(findings({ secondPort: [inLan] })).toEqual([['second-port-open', 'warning']]);
  expect(found({ secondPort: [inLan] }, 'second port')[0]?.says).toContain('192.168.1.5 (eth0)');
  const tls = { mode: 'only', source: 'own', expiresAt: nowMs + 100 * dayMs } as const;
  const [, inTheOpen] = found({ secondPort: [inPublic] }, 'second port');
  expect(inTheOpen).toMatchObject({ id: 'second-port-public-203.0.113.5', result: 'bad', byItself: true });
  expect(found({ secondPort: [inPublic], tls }, 'second port')[1]).toMatchObject({ result: 'warning' });
  const plain = { secondPort: [inLan], tls: { ...tls, mode: 'off' as const } };
  expect(found(plain, 'encryption')).toMatchObject([{ id: 'unencrypted', result: 'warning' }]);
});

test('where others reach it is said with the interfaces', () => {
  expect(found(onLan, 'reach')).toMatchObject([
    { result: 'good', says: 'Other devices reach Keyhatch at 192.168.1.5 (eth0) and fd00::5 (eth0).' },
  ]);
});

test('a public address is named, and is bad unless keys and HTTPS guard it', () => {
  const tls = { mode: 'only', source: 'own', expiresAt: nowMs + 100 * dayMs } as const;
  const [finding] = found({ reached: [inPublic] }, 'public address');
  expect(finding).toMatchObject({ id: 'public-203.0.113.5', result: 'bad', byItself: true });
  expect(finding?.says).toContain('203.0.113.5 on eth1');
  expect(found({ reached: [inPublic], tls }, 'public address')).toMatchObject([{ result: 'warning' }]);
  const open = { reached: [inPublic], tls, ...withSettings({ 'access.requireKey': false }) };
  expect(found(open, 'public address')).toMatchObject([{ result: 'bad' }]);
});

test('a public address that is not listened on is said, and is nothing to close', () => {
  expect(findings({ held: [inPublic] })).toEqual([]);
  expect(found({ held: [inPublic] }, 'public address')[0]?.says).toContain('does not listen there');
});

test('a name that leads to a public address is told, listened on or not', () => {
  const named = { ...inPublic, name: 'studio.example' };
  expect(findings({ held: [named] })).toEqual([['held-studio.example', 'warning']]);
  const [held] = found({ held: [named], ...withSettings({ 'server.publicInterfaces': ['eth0'] }) }, 'public address');
  expect(held).toMatchObject({
    byItself: true,
    says: expect.stringMatching(/studio\.example leads to 203\.0\.113\.5.*does not listen there/),
    cure: expect.stringContaining('server.publicInterfaces eth0,studio.example --confirm'),
  });
  const [bound] = found({ reached: [named] }, 'public address');
  expect(bound).toMatchObject({ result: 'bad', says: expect.stringContaining('203.0.113.5 (by the name studio') });
});

test('an interface that is away and an address that cannot be had are warnings', () => {
  expect(findings({ away: ['wg0'], troubles: ['Port 1235 is taken.'] })).toEqual([
    ['away-wg0', 'warning'],
    ['trouble-Port 1235 is taken.', 'warning'],
  ]);
});

test('keys off are a warning here and bad where others come in', () => {
  const off = withSettings({ 'access.requireKey': false });
  expect(findings(off)).toEqual([['keys-off', 'warning']]);
  const hosts = withSettings({ 'access.requireKey': false, 'server.hosts': ['0.0.0.0'] });
  expect(findings({ ...hosts, ...onLan })).toEqual([['keys-off-open', 'bad']]);
  expect(found({ ...hosts, ...onLan }, 'access')[0]?.says).toBe('Anyone on your network, with or without a key.');
});

test('the bypass is worth a word only while others reach this computer', () => {
  const bypass = withSettings({ 'access.localhostBypass': true });
  expect(findings(bypass)).toEqual([]);
  expect(findings({ ...bypass, ...onLan })).toEqual([['bypass-open', 'warning']]);
});

test('models that anybody may list are worth a word only while others reach this computer', () => {
  const listing = withSettings({ 'access.publicModels': true });
  expect(findings(listing)).toEqual([]);
  expect(findings({ ...listing, ...onLan })).toEqual([['public-models', 'warning']]);
});

test('any web page is a warning with keys and bad without', () => {
  expect(findings(withSettings({ 'cors.mode': 'any' }))).toEqual([['any-page', 'warning']]);
  expect(findings(withSettings({ 'cors.mode': 'any', 'access.requireKey': false }))).toEqual([
    ['keys-off', 'warning'],
    ['any-page-no-key', 'bad'],
  ]);
});

describe('encryption', () => {
  const tls = (mode: 'off' | 'both' | 'only', leftDays: number, source: 'own' | 'pem' = 'own') => ({
    tls: { mode, source, expiresAt: nowMs + leftDays * dayMs },
  });

  test('is not spoken of where there is no TLS to switch on, nor on this computer alone', () => {
    expect(found(onLan, 'encryption')).toEqual([]);
    expect(found(tls('off', 300), 'encryption')).toEqual([]);
  });
  test('off or beside HTTP is a warning on the network, HTTPS alone is good', () => {
    expect(findings({ ...onLan, ...tls('off', 300) })).toEqual([['unencrypted', 'warning']]);
    expect(findings({ ...onLan, ...tls('both', 300) })).toEqual([['http-beside-https', 'warning']]);
    expect(findings({ ...onLan, ...tls('only', 300) })).toEqual([]);
  });
  test('with a certificate that ends within two weeks, within a day, or has ended', () => {
    expect(found(tls('both', 14), 'certificate')).toMatchObject([{ result: 'good' }]);
    expect(found(tls('both', 13), 'certificate')).toMatchObject([{ result: 'warning', byItself: true }]);
    expect(found(tls('both', 13), 'certificate')[0]?.says).toBe('The certificate ends in 13 days.');
    expect(found(tls('both', 1), 'certificate')[0]?.says).toBe('The certificate ends in 1 day.');
    expect(found(tls('both', 0.5), 'certificate')[0]?.says).toBe('The certificate ends within a day.');
    expect(found(tls('both', 0), 'certificate')).toMatchObject([{ result: 'bad' }]);
    expect(found(tls('both', 1, 'pem'), 'certificate')[0]?.cure).toBe('Put a new one in the place of yours.');
    expect(found(tls('off', 0), 'certificate')).toEqual([]);
  });
});

describe('what another program passes on', () => {
  const seen = { header: 'cf-*', fromHere: true, perMinute: 12, lastAt: nowMs - 30_000 };

  test('names who it is by its header, and never a value', () => {
    const [finding] = found({ passedOn: [seen] }, 'tunnel');
    expect(finding).toMatchObject({ result: 'warning', byItself: true });
    expect(finding?.says).toContain('Cloudflare’s tunnel on this computer, as the header cf-* shows');
    expect(finding?.cure).toContain('Last at 11:59 UTC, 12 in the last minute.');
  });
  test('is one finding for each who does it, however many headers there are', () => {
    const others = ['via', 'x-forwarded-for'].map((header) => ({ ...seen, header }));
    expect(found({ passedOn: [seen, ...others] }, 'tunnel').map(({ says }) => says)).toEqual([
      'Requests come through Cloudflare’s tunnel on this computer, as the header cf-* shows: whoever reaches that reaches Keyhatch.',
      'Requests come through a tunnel or a proxy on this computer, as the headers via and x-forwarded-for show: whoever reaches that reaches Keyhatch.',
    ]);
  });
  test('is bad without keys, and on the network a proxy', () => {
    const [finding] = found(
      {
        passedOn: [{ ...seen, header: 'x-forwarded-for', fromHere: false }],
        ...withSettings({ 'access.requireKey': false }),
      },
      'tunnel',
    );
    expect(finding).toMatchObject({ result: 'bad' });
    expect(finding?.says).toContain('a proxy on your network');
  });
});

describe('the firewall', () => {
  test('is spoken of only where others are to come in', () => {
    expect(found({ firewall: { likely: 'blocks', by: 'ufw' } }, 'firewall')).toEqual([]);
    expect(found(onLan, 'firewall')).toEqual([]);
  });
  test.each([
    ['ufw', 'sudo ufw allow proto tcp from 192.168.1.0/24 to any port 1235'],
    ['firewalld', 'sudo firewall-cmd --permanent --add-port=1235/tcp'],
    ['nftables', 'ip saddr 192.168.1.0/24 tcp dport 1235 accept'],
  ] as const)('of %s comes with the line that lets the network in', (by, line) => {
    const [finding] = found({ ...onLan, firewall: { likely: 'blocks', by } }, 'firewall');
    expect(finding).toMatchObject({ id: `firewall-${by}`, result: 'warning', cure: expect.stringContaining(line) });
  });
  test('that asks a person is nothing to close', () => {
    const [finding] = found({ ...onLan, firewall: { likely: 'asks', by: 'macOS' } }, 'firewall');
    expect(finding).toMatchObject({ result: 'good', says: expect.stringContaining('macOS asks once') });
  });
});

describe('a model server', () => {
  const studio = { id: 'up1', name: 'LM Studio', kind: 'lmstudio', port: 1234, elsewhere: false } as const;
  const of = (upstream: Partial<ExposureFacts['upstreams'][number]>) =>
    found({ upstreams: [{ ...studio, openAt: [], ...upstream }] }, 'exposure');

  test('that others reach past the gate is bad, with the cure of its kind', () => {
    const openAt = ['192.168.1.5', 'fd00::5'];
    expect(of({ openAt })).toMatchObject([{ id: 'upstream-up1', result: 'bad', byItself: true }]);
    expect(of({ openAt })[0]?.says).toContain('192.168.1.5:1234 and [fd00::5]:1234');
    expect(of({ openAt })[0]?.cure).toContain('“Serve on Local Network”');
    expect(of({ openAt, kind: 'ollama' })[0]?.cure).toContain('OLLAMA_HOST=127.0.0.1');
    expect(of({ openAt, kind: 'llamacpp' })[0]?.cure).toContain('llama-server with --host 127.0.0.1');
    expect(of({ openAt, kind: 'vllm' })[0]?.cure).toContain('vLLM with --host 127.0.0.1');
    expect(of({ openAt, kind: 'unknown' })[0]?.cure).toBe('Have it listen on 127.0.0.1 alone.');
  });
  test('that nobody else reaches is good, one elsewhere is not claimed to be closed, and the echo model is no matter', () => {
    expect(of({})).toMatchObject([{ result: 'good', says: 'LM Studio itself cannot be reached from other machines.' }]);
    expect(of({ elsewhere: true })[0]?.says).toContain('cannot be seen from here');
    expect(of({ kind: 'echo', openAt: ['192.168.1.5'] })).toEqual([]);
  });
});

test('ids differ and stay, so that each is told once', () => {
  const facts = { ...onLan, away: ['wg0'], ...withSettings({ 'access.localhostBypass': true, 'cors.mode': 'any' }) };
  const ids = exposures({ ...closed, ...facts }).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(exposures({ ...closed, ...facts, nowMs: nowMs + dayMs }).map(({ id }) => id)).toEqual(ids);
});

test('a dashboard that other machines reach is told, and one at a public address is a warning', () => {
  expect(found({}, 'dashboard')).toEqual([]);
  const dashboard = { url: 'https://192.168.1.5:1236', reached: [inLan] };
  expect(found({ dashboard }, 'dashboard')).toMatchObject([
    { result: 'good', says: expect.stringContaining('at https://192.168.1.5:1236, encrypted') },
  ]);
  const open = { dashboard: { url: 'https://203.0.113.5:1236', reached: [inPublic] } };
  expect(findings(open)).toEqual([['dashboard-public-203.0.113.5', 'warning']]);
});
