// A new password takes a moment to work out: what happens meanwhile counts, and nothing that was taken away comes back.

import { join } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createProofShelf } from '../../../electron/core/proof-shelf.ts';
import { createMemoryVault } from '../../../electron/vault/memory-vault.ts';
import { goodPassword, halvesIn, makePeopleBed } from '../../fakes/people-bed.ts';

const passwordWorker = join(import.meta.dirname, '../../fakes/held-password-worker.ts');
const theirs = 'wait: a lamp under the green sea';

/** Resolves when a password is being worked out, and then lets it go on when told so. */
function watchHeld() {
  const channel = new BroadcastChannel('held passwords');
  onTestFinished(() => channel.close());
  const held = new Promise<void>((resolve) => {
    channel.onmessage = ({ data }: { data: unknown }) => data === 'held' && resolve();
  });
  return { held, letGo: () => channel.postMessage('go') };
}

test('a password that a stolen session sets while its owner’s is reset is not kept', async () => {
  const bed = await makePeopleBed({ passwordWorker });
  const anna = await bed.join('Anna');
  const { held, letGo } = watchHeld();
  const setting = expect(anna.client.me.setPassword({ password: theirs })).rejects.toThrow();
  await held;
  const { token } = await bed.machine.people.resetPassword({ ref: 'Anna' });
  letGo();
  await setting;
  const fresh = 'three grey boats and a drum';
  // Worked out after the other one: whatever that led to has happened.
  const answer = await bed.trySignIn('Anna', fresh);
  expect([answer.code, (await bed.trySignIn('Anna', theirs)).code]).toEqual(['sign_in_failed', 'sign_in_failed']);
  expect(await bed.machine.people.get({ ref: 'Anna' })).toMatchObject({ passwordSetAt: null });
  bed.as(halvesIn(await bed.post('/session/invite', { token, password: fresh })));
  expect((await bed.trySignIn('Anna', fresh)).status).toBe(200);
});

test('nor the one of a session that was ended, or of somebody who was removed', async () => {
  const bed = await makePeopleBed({ passwordWorker });
  const [anna, ben] = [await bed.join('Anna'), await bed.join('Ben')];
  const [session] = await anna.client.sessions.list();
  const first = watchHeld();
  const settingAnnas = expect(anna.client.me.setPassword({ password: theirs })).rejects.toThrow();
  await first.held;
  await bed.machine.sessions.end({ id: session?.id ?? '' });
  first.letGo();
  await settingAnnas;
  expect((await bed.trySignIn('Anna', theirs)).code).toBe('sign_in_failed');
  expect((await bed.trySignIn('Anna', goodPassword)).status).toBe(200);
  const second = watchHeld();
  const settingBens = expect(ben.client.me.setPassword({ password: theirs })).rejects.toThrow();
  await second.held;
  await bed.machine.people.remove({ ref: 'Ben' });
  second.letGo();
  await settingBens;
  expect((await bed.trySignIn('Ben', theirs)).code).toBe('sign_in_failed');
  expect((await bed.machine.people.list()).map(({ name }) => name)).toEqual(['Anna']);
});

test('changes of one person’s proofs at once are all kept, and a code is used once', async () => {
  const vault = createMemoryVault();
  const shelf = createProofShelf(vault);
  await shelf.put('anna', { password: 'first', totp: 'secret', recovery: ['a', 'b', 'c'] });
  const use = (code: string) =>
    shelf.put('anna', ({ recovery }) => ({ recovery: recovery.filter((one) => one !== code) }));
  await Promise.all([use('a'), shelf.put('anna', { password: 'second' }), use('b')]);
  expect(await shelf.get('anna')).toEqual({ password: 'second', totp: 'secret', recovery: ['c'] });
  await Promise.all([shelf.put('anna', { password: 'third' }), shelf.remove('anna')]);
  const none = { password: null, totp: null, recovery: [] };
  expect([await shelf.get('anna'), await createProofShelf(vault).get('anna')]).toEqual([none, none]);
});
