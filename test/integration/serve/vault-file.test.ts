// Keys in a sealed file, for machines without a keychain: a passphrase or a key file opens it, what does not fit is
// `vault_locked` and never "no keys", and the data folder without it is worth nothing to whoever takes it.

import { chmod, copyFile, cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { CreatedKey, KeyFacts, Status } from '../../../shared/model.ts';
import { type KeyhatchProcess, makeProfile, type Profile, type StartOptions } from '../../fakes/keyhatch-process.ts';
import { tryEcho, tryKey } from '../../fakes/try-key.ts';

type Bed = {
  readonly profile: Profile;
  /** For passphrases and key files, apart from the data folder. */
  readonly folder: string;
  /** Starts in front of the echo model. */
  readonly echo: (options?: StartOptions) => Promise<KeyhatchProcess>;
};

/** A test on a profile of its own. Together with others, because most of them wait for a vault to be tried again. */
function sealed(name: string, body: (bed: Bed) => Promise<void>): void {
  test.concurrent(name, async () => {
    const profile = await makeProfile();
    const folder = await mkdtemp(join(tmpdir(), 'keyhatch-secrets-'));
    const echo = async (options: StartOptions = {}) => {
      const keyhatch = await profile.start({ ...options, args: ['--echo'] });
      // A passphrase takes its time, and the ready line does not wait for it longer than a second.
      await vi.waitUntil(async () => !(await isOpening(keyhatch)), { timeout: 15_000 });
      return keyhatch;
    };
    try {
      await body({ profile, folder, echo });
    } finally {
      await profile.remove();
      await rm(folder, { recursive: true });
    }
  });
}

const passphrase = (text: string) => ({ KEYHATCH_VAULT_KEY_FILE: undefined, KEYHATCH_VAULT_PASSPHRASE: text });
const passphraseFile = (path: string) => ({ KEYHATCH_VAULT_KEY_FILE: undefined, KEYHATCH_VAULT_PASSPHRASE_FILE: path });

async function isOpening(keyhatch: KeyhatchProcess): Promise<boolean> {
  const response = await keyhatch.chat('no-key-but-a-value', { model: 'echo' });
  return /it is being opened|it is not open yet/.test(await response.text());
}

/** Every door says the same honest thing. */
async function expectLocked(keyhatch: KeyhatchProcess, key: string, says: RegExp): Promise<void> {
  const refused = await keyhatch.chat(key, { model: 'echo' });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(refused.headers.get('x-keyhatch-error')).toBe('vault_locked');
  expect(await refused.text()).toMatch(says);
  const { vault, keys } = await keyhatch.json<Status>(['status']);
  expect(vault).toMatchObject({ kind: 'file', state: 'locked', reason: expect.stringMatching(says) });
  expect(keys.total).toBeGreaterThan(0);
  const create = await keyhatch.cli(['keys', 'create', '--name', 'in vain']);
  expect(create.code).toBe(1);
  expect(create.stderr).toMatch(says);
  const doctor = await keyhatch.cli(['doctor']);
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toMatch(/✗ vault: .*\n +Start Keyhatch with the passphrase or the key file/);
  expect(doctor.stdout).not.toContain('can be used');
}

/** It is asked anew every few seconds; nobody has to do anything. */
const recovers = (keyhatch: KeyhatchProcess, key: string) =>
  vi.waitUntil(async () => (await tryEcho(keyhatch, key)) === 200, { timeout: 12_000, interval: 100 });

describe.concurrent('a passphrase', () => {
  sealed('opens it again after a restart, and the kind of vault is remembered', async ({ echo }) => {
    const first = await echo({ env: passphrase('correct horse') });
    const { key } = await first.createKey();
    expect(await tryEcho(first, key)).toBe(200);
    await first.stop();
    const second = await echo({ vault: undefined, env: passphrase('correct horse') });
    expect(await tryEcho(second, key)).toBe(200);
    expect((await second.json<Status>(['status'])).vault).toEqual({ kind: 'file', state: 'open', reason: null });
  });

  sealed('that is wrong locks it, and loses nothing', async ({ echo }) => {
    const first = await echo({ env: passphrase('correct horse') });
    const { key } = await first.createKey();
    await first.stop();
    const wrong = await echo({ env: passphrase('battery staple') });
    await expectLocked(wrong, key, /the passphrase does not fit/);
    expect(wrong.stderr()).not.toContain('battery staple');
    await wrong.stop();
    const right = await echo({ env: passphrase('correct horse') });
    expect(await tryEcho(right, key)).toBe(200);
  });

  sealed('comes from a file, which may be put in place later', async ({ folder, echo }) => {
    const file = join(folder, 'passphrase');
    await writeFile(file, 'correct horse\n', { mode: 0o600 });
    const first = await echo({ env: passphraseFile(file) });
    const { key } = await first.createKey();
    await first.stop();
    await rename(file, `${file}.away`);
    const second = await echo({ env: passphraseFile(file) });
    await expectLocked(second, key, /passphrase file .* does not exist/);
    await rename(`${file}.away`, file);
    await recovers(second, key);
  });

  sealed('in a file that was wrong may be corrected, without a restart', async ({ folder, echo }) => {
    const file = join(folder, 'passphrase');
    const first = await echo({ env: passphrase('correct horse') });
    const { key } = await first.createKey();
    await first.stop();
    await writeFile(file, 'battery staple\n', { mode: 0o600 });
    const second = await echo({ env: passphraseFile(file) });
    await expectLocked(second, key, /the passphrase does not fit/);
    await writeFile(file, 'correct horse\n');
    await recovers(second, key);
  });
});

describe.concurrent('a key file', () => {
  sealed(
    'is made at the first start, for its owner alone, and opens the vault from then on',
    async ({ profile, echo }) => {
      const first = await echo();
      const { key } = await first.createKey();
      expect((await readFile(profile.keyFile, 'utf8')).trim()).toMatch(/^[0-9a-f]{64}$/);
      await first.stop();
      expect(await tryEcho(await echo(), key)).toBe(200);
    },
  );

  sealed(
    'that is missing is not made anew over an old vault; put back, it opens without a restart',
    async ({ profile, folder, echo }) => {
      const first = await echo();
      const { key } = await first.createKey();
      await first.stop();
      await rename(profile.keyFile, join(folder, 'key'));
      const second = await echo();
      await expectLocked(second, key, /the key file .* does not exist/);
      await copyFile(join(folder, 'key'), profile.keyFile);
      await chmod(profile.keyFile, 0o600);
      await recovers(second, key);
    },
  );

  sealed('that others can read is refused, until it is closed to them', async ({ profile, echo }) => {
    const first = await echo();
    const { key } = await first.createKey();
    await first.stop();
    await chmod(profile.keyFile, 0o644);
    const second = await echo();
    await expectLocked(second, key, /others on this machine can use the key file .* chmod 600/);
    await chmod(profile.keyFile, 0o600);
    await recovers(second, key);
  });
});

describe.concurrent('the vault itself', () => {
  sealed('is never another one by accident', async ({ echo }) => {
    const first = await echo();
    const { key } = await first.createKey();
    await first.stop();
    const memory = await echo({ vault: 'memory' });
    expect(await tryKey(memory, key)).toBe('vault_locked');
    expect((await memory.json<Status>(['status'])).vault.reason).toMatch(/start with --vault file/);
    await memory.stop();
    expect(await tryEcho(await echo({ vault: undefined }), key)).toBe(200);
  });

  sealed('gone and restored while the instance runs is locked and then open', async ({ profile, folder, echo }) => {
    const first = await echo();
    const { key } = await first.createKey();
    await first.stop();
    const file = join(profile.dataDir, 'vault.sealed');
    await rename(file, join(folder, 'vault.sealed'));
    const second = await echo();
    await expectLocked(second, key, /keys were made here/);
    await rename(join(folder, 'vault.sealed'), file);
    await recovers(second, key);
  });

  sealed('with a changed byte is locked, not empty', async ({ profile, echo }) => {
    const first = await echo();
    const { key } = await first.createKey();
    await first.stop();
    const file = join(profile.dataDir, 'vault.sealed');
    const changed = await readFile(file);
    changed.writeUInt8((changed.at(-10) ?? 0) ^ 1, changed.length - 10);
    await writeFile(file, changed);
    const second = await echo();
    expect(await tryEcho(second, key)).toBe('vault_locked');
    expect((await second.json<Status>(['status'])).keys.total).toBe(1);
  });

  sealed('locked lets nobody in by another way', async ({ profile, folder, echo }) => {
    const first = await echo();
    await first.createKey();
    await first.stop();
    await rename(profile.keyFile, join(folder, 'key'));
    const locked = await echo();
    for (const path of ['/v1/models', '/keyhatch/v1/key', '/api/tags']) {
      expect((await locked.get('sk-anything-at-all', path)).status).toBe(503);
    }
    expect((await locked.get(null, '/v1/models')).status).toBe(401);
    expect((await fetch(`${locked.url}/health`)).status).toBe(200);
  });

  sealed('in memory keeps nothing, says so, and a restart begins anew', async ({ echo }) => {
    const first = await echo({ vault: 'memory', logFormat: 'pretty' });
    expect(first.stdout()).toContain('memory only');
    const created = await first.json<CreatedKey>(['keys', 'create', '--name', 'short-lived']);
    expect(await tryEcho(first, created.key)).toBe(200);
    await first.stop();
    const second = await echo({ vault: 'memory' });
    expect(await tryEcho(second, created.key)).toBe('key_unknown');
    expect(await second.json<Status>(['status'])).toMatchObject({
      vault: { kind: 'memory', state: 'open' },
      keys: { active: 0, total: 1 },
    });
    expect((await second.json<KeyFacts[]>(['keys', 'list']))[0]).toMatchObject({ id: created.id, usable: false });
    const rotated = await second.json<CreatedKey>(['keys', 'rotate', created.id]);
    expect(await tryEcho(second, rotated.key)).toBe(200);
    expect(await tryEcho(second, (await second.createKey()).key)).toBe(200);
  });

  sealed('in memory does not bind a profile: its keys can be made anew in a file', async ({ echo }) => {
    const memory = await echo({ vault: 'memory' });
    const { id } = await memory.createKey();
    await memory.stop();
    const file = await echo();
    const { key } = await file.json<CreatedKey>(['keys', 'rotate', id]);
    await file.stop();
    expect(await tryEcho(await echo({ vault: undefined }), key)).toBe(200);
  });

  sealed('in memory makes no key while nothing runs', async ({ profile }) => {
    const { code, stderr } = await profile.cli(['keys', 'create', '--name', 'in vain', '--vault', 'memory']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Nothing runs on this profile.*--vault file\.\n$/);
    expect(await profile.json<KeyFacts[]>(['keys', 'list', '--vault', 'file'])).toEqual([]);
  });
});

describe.concurrent('a data folder that was copied without its vault', () => {
  sealed('holds no key and opens nothing: it is locked, and the keys are still listed', async ({ profile, echo }) => {
    const first = await echo();
    const { id, key } = await first.createKey('--name', 'mine');
    await first.stop();
    const stolen = await makeProfile(await mkdtemp(join(tmpdir(), 'keyhatch-stolen-')));
    try {
      await cp(profile.dataDir, stolen.dataDir, { recursive: true });
      await rm(join(stolen.dataDir, 'vault.sealed'));
      const thief = await stolen.start({ args: ['--echo'] });
      await expectLocked(thief, key, /keys were made here/);
      const [shown] = await thief.json<KeyFacts[]>(['keys', 'list']);
      expect(shown).toMatchObject({ id, name: 'mine', usable: true });
    } finally {
      await stolen.remove();
    }
  });

  sealed('and with the sealed file, but without what opens it, as well', async ({ profile, echo }) => {
    const first = await echo({ env: passphrase('correct horse') });
    const { key } = await first.createKey();
    await first.stop();
    const stolen = await makeProfile(await mkdtemp(join(tmpdir(), 'keyhatch-stolen-')));
    try {
      await cp(profile.dataDir, stolen.dataDir, { recursive: true });
      const thief = await stolen.start({ args: ['--echo'], env: passphrase('guess') });
      await expectLocked(thief, key, /the passphrase does not fit/);
    } finally {
      await stolen.remove();
    }
  });
});
