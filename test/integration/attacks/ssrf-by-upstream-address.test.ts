// Requests forged through the address of a model server: whoever may manage Keyhatch must not be able to point it at the
// cloud's metadata, at link-local addresses or back at itself, and not at another machine by mistake. Nothing is asked there.

import { createRouterClient } from '@orpc/server';
import { expect, test } from 'vitest';
import { silentLog } from '../../../electron/lib/log.ts';
import { errorsFromWire, errorsToWire } from '../../../shared/error-wire.ts';
import { atTheMachine, type Caller } from '../../../shared/people-model.ts';
import { type ComposedHouse, composeHouse } from '../../fakes/composed-house.ts';
import { startFakeUpstream } from '../../fakes/fake-upstream.ts';

const clientAs = ({ house }: ComposedHouse, caller: Caller) =>
  createRouterClient(house.router, {
    context: { caller },
    interceptors: [errorsFromWire(), errorsToWire(silentLog)],
  });

test('addresses that can never be a model server are refused, confirmed or not', async () => {
  const composed = await composeHouse({ echo: 'stand-in' });
  const { upstreams } = clientAs(composed, atTheMachine);
  for (const url of [
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://metadata.google.internal/',
    'http://100.100.100.200/',
    'http://169.254.1.1:1234',
    'http://[fe80::1]:1234',
    'http://0.0.0.0:1234',
    'http://[::]:1234',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/',
    'http://user:secret@127.0.0.1:1234',
    'http://127.0.0.1:1234/#x',
  ]) {
    for (const confirm of [false, true]) {
      const added = upstreams.add({ url, confirm });
      await expect(added, url).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:upstream_address_refused|input_invalid)$/),
      });
      await expect(added).rejects.not.toThrow('secret');
    }
  }
});

test('the gateway’s own address is refused, because requests would go round for ever', async () => {
  const composed = await composeHouse({ echo: 'stand-in' });
  const client = clientAs(composed, atTheMachine);
  const [url = ''] = (await client.status.get()).server.urls;
  for (const own of [url, url.replace('127.0.0.1', 'localhost')])
    await expect(client.upstreams.add({ url: own, confirm: true }), own).rejects.toMatchObject({
      code: 'upstream_address_refused',
    });
});

test('another machine needs confirming, and is not asked before', async () => {
  const composed = await composeHouse({ echo: 'stand-in' });
  const { upstreams } = clientAs(composed, atTheMachine);
  // TEST-NET-1, which belongs to nobody.
  await expect(upstreams.add({ url: 'http://192.0.2.1:1234' })).rejects.toMatchObject({
    code: 'confirmation_needed',
  });
  expect((await upstreams.list()).map(({ id }) => id)).toEqual(['echo']);
});

test('a redirect to another address is not followed when a server is looked at', async () => {
  const composed = await composeHouse({ echo: 'stand-in' });
  const [target, redirecting] = [await startFakeUpstream(), await startFakeUpstream()];
  redirecting.behave = (_arrival, res) => void res.writeHead(302, { location: `${target.url}/v1/models` }).end();
  const { upstreams } = clientAs(composed, atTheMachine);
  await upstreams.add({ url: redirecting.url }).catch(() => {});
  expect(redirecting.journal.length).toBeGreaterThan(0);
  expect(target.journal).toEqual([]);
  await Promise.all([target.close(), redirecting.close()]);
});

test('only the owner in person changes where requests go: no manager, no admin key, no session that is not fresh', async () => {
  const composed = await composeHouse({ echo: 'stand-in' });
  const url = 'http://127.0.0.1:9';
  const session = { personId: 'p1', way: 'session' } as const;
  for (const [caller, code] of [
    [{ ...session, role: 'manager', provedAt: Date.now() }, 'not_permitted'],
    [{ role: 'owner', personId: null, way: 'admin_key', provedAt: null }, 'owner_session_required'],
    [{ ...session, role: 'owner', provedAt: Date.now() - 3_600_000 }, 'proof_required'],
  ] as const) {
    const { upstreams } = clientAs(composed, caller);
    await expect(upstreams.add({ url })).rejects.toMatchObject({ code });
    await expect(upstreams.remove({ ref: 'echo' })).rejects.toMatchObject({ code });
  }
});
