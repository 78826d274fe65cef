// The dashboard of the built program: on unless told otherwise, never in the way of the gateway, and its sign-in link
// where it was asked for and nowhere else.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SignInLink, Status } from '../../../shared/model.ts';
import type { UsageReport } from '../../../shared/usage-model.ts';
import { call, dashboardClient, send, signIn } from '../../fakes/browser.ts';
import { readExposition, sumOf } from '../../fakes/exposition-reader.ts';
import { freePort } from '../../fakes/free-port.ts';
import { type KeyhatchProcess, type StartOptions, startKeyhatch } from '../../fakes/keyhatch-process.ts';
import { opening } from '../../fakes/opening.ts';

const start = (options: StartOptions) =>
  opening(startKeyhatch({ ...options, args: ['--echo', ...(options.args ?? [])] }));

type Ready = { readonly dashboard: string | null; readonly link?: string };

const readyOf = (keyhatch: KeyhatchProcess) => JSON.parse(keyhatch.stdout().split('\n')[0] ?? '') as Ready;

/** Takes a port, or leaves it to whoever has it already. */
async function holdPort(port: number): Promise<number> {
  const holder = createServer();
  onTestFinished(() => void holder.close());
  holder.on('error', () => {});
  holder.listen(port, '127.0.0.1');
  await Promise.race([once(holder, 'listening'), once(holder, 'close')].map((one) => one.catch(() => {})));
  return (holder.address() as AddressInfo | null)?.port ?? port;
}

test('shows the built pages', async () => {
  const { dashboard } = readyOf(await start({ args: ['--dashboard-port', '0'] }));
  const page = await send(dashboard ?? '', '/');
  expect(page.status).toBe(200);
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page.text)?.[1] ?? '';
  expect((await send(dashboard ?? '', script)).headers['cache-control']).toContain('immutable');
});

test('tells Prometheus the same numbers as the command line tells people', async () => {
  const keyhatch = await start({ args: ['--dashboard-port', '0', '--print-link'] });
  const { dashboard, link = '' } = readyOf(keyhatch);
  const url = dashboard ?? '';
  const client = dashboardClient(url, await signIn(link));
  const reader = await client.keys.create({ name: 'prometheus', policy: { operations: ['metrics'] } });
  const { key } = await keyhatch.createKey();
  for (let n = 0; n < 3; n++) await (await keyhatch.chat(key, { model: 'echo', stream: n > 0 })).text();
  // What reads metrics reaches no model, and not the model server's own metrics either.
  expect((await keyhatch.chat(reader.key, { model: 'echo' })).status).toBe(403);
  expect((await keyhatch.get(reader.key, '/metrics')).status).toBe(403);
  const { total } = await keyhatch.json<UsageReport>(['usage']);
  const answer = await send(url, '/metrics', { headers: { authorization: `Bearer ${reader.key}` } });
  expect(answer.status, answer.text).toBe(200);
  const all = readExposition(answer.text);
  const tokens = (direction: string) => sumOf(all, 'keyhatch_tokens_total', { direction });
  expect([tokens('in'), tokens('out')]).toEqual([total.tokensIn, total.tokensOut]);
  expect(sumOf(all, 'keyhatch_requests_total')).toBe(total.requests);
  expect(sumOf(all, 'keyhatch_refusals_total')).toBe(total.refused);
});

describe('the sign-in link', () => {
  const aLink = /#\/sign-in\//;

  test('is in no output of a start that did not ask for it', async () => {
    for (const logFormat of ['json', 'pretty'] as const) {
      const keyhatch = await start({ logFormat });
      expect(keyhatch.stdout() + keyhatch.stderr()).not.toMatch(aLink);
    }
  });

  test('is printed with --print-link, and works', async () => {
    const { dashboard, link = '' } = readyOf(await start({ args: ['--print-link'] }));
    expect(link).toMatch(new RegExp(`^${dashboard}/#/sign-in/[\\w-]{43}$`));
    expect((await call(dashboard ?? '', await signIn(link))).status).toBe(200);
  });

  test('is printed for people too', async () => {
    const keyhatch = await start({ args: ['--print-link'], logFormat: 'pretty' });
    await expect.poll(keyhatch.stdout).toMatch(/^ {2}Dashboard +http:\/\/127\.0\.0\.1:\d+\/#\/sign-in\/[\w-]{43}$/m);
    expect(keyhatch.stderr()).not.toMatch(aLink);
  });

  test('is made by a command, and the one before ends', async () => {
    const keyhatch = await start({ args: ['--print-link'] });
    const { dashboard, link = '' } = readyOf(keyhatch);
    const { url, expiresAt } = await keyhatch.json<SignInLink>(['dashboard', 'link']);
    expect(expiresAt).toBeGreaterThan(0);
    await expect(signIn(link)).rejects.toThrow('sign_in_link_invalid');
    expect((await call(dashboard ?? '', await signIn(url))).status).toBe(200);
    const { stdout, stderr } = await keyhatch.cli(['dashboard', 'link']);
    expect(stdout).toMatch(new RegExp(`^${dashboard}/#/sign-in/[\\w-]{43}\\n$`));
    expect(stderr).toMatch(/^It signs in one browser .*\n$/);
    expect(keyhatch.stderr()).not.toMatch(aLink);
  });
});

test('a session ends with the process, also where the next one has the same port', async () => {
  const port = await freePort();
  const args = ['--dashboard-port', String(port), '--print-link'];
  const first = await start({ args });
  const halves = await signIn(readyOf(first).link ?? '');
  const url = `http://127.0.0.1:${port}`;
  expect((await call(url, halves)).status).toBe(200);
  await first.stop();
  const again = await opening(first.profile.start({ args: ['--echo', ...args] }));
  expect(await call(url, halves)).toMatchObject({ status: 401, code: 'session_required' });
  expect((await call(url, await signIn(readyOf(again).link ?? ''))).status).toBe(200);
});

describe('its port', () => {
  test('is the next free one when the usual one is taken, and that is said', async () => {
    await holdPort(1236);
    const keyhatch = await start({});
    const { dashboard } = readyOf(keyhatch);
    expect(Number(new URL(dashboard ?? '').port)).toBeGreaterThan(1236);
    await expect.poll(keyhatch.stderr).toContain('port 1236 is taken, so the dashboard is on');
    expect((await send(dashboard ?? '', '/')).status).toBe(200);
  });

  test('is never another one than was asked for: then there is a warning and no dashboard', async () => {
    const taken = await holdPort(0);
    const keyhatch = await start({ args: ['--dashboard-port', String(taken)] });
    expect(readyOf(keyhatch).dashboard).toBeNull();
    const { warnings } = await keyhatch.json<Status>(['status']);
    expect(warnings).toEqual([expect.stringContaining(`Port ${taken} on 127.0.0.1 is taken`)]);
    expect((await fetch(`${keyhatch.url}/health`)).status).toBe(200);
  });

  test('off: there is none, and no link to it', async () => {
    const keyhatch = await start({ args: ['--dashboard-port', 'off', '--print-link'] });
    expect(readyOf(keyhatch)).toEqual({
      event: 'ready',
      gateway: keyhatch.saidUrl,
      gatewayForOthers: [],
      dashboard: null,
      pid: keyhatch.pid,
    });
    expect(await keyhatch.cli(['dashboard', 'link'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The dashboard is off\. /),
    });
  });
});

test('a profile at rest has no dashboard to make a link for', async () => {
  const keyhatch = await start({});
  await keyhatch.stop();
  const { code, stderr } = await keyhatch.cli(['dashboard', 'link', '--vault', 'file']);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'The server is not running. Start it with: keyhatch serve\n',
  });
});
