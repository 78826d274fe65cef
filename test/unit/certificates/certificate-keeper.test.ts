// Which certificate is shown and when another one is made: by a clock that is moved by hand and a vault that can be locked.

import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeAuthority, makeServerCertificate } from '../../../electron/certificates/certificate-maker.ts';
import { certificateBed, day } from '../../fakes/certificate-bed.ts';
import { shortKeyPair } from '../../fakes/short-key.ts';

const names = { names: ['localhost', 'studio', 'studio.local'], addresses: ['127.0.0.1', '::1'] };

test('the first look makes an authority and a certificate; the next ones change nothing', async () => {
  const bed = certificateBed();
  expect(bed.keeper.credentials()).toBeUndefined();
  await bed.keeper.look();
  const first = bed.keeper.credentials();
  const view = bed.keeper.view();
  expect(view).toMatchObject({
    source: 'own',
    problem: null,
    missing: [],
    names: [...names.names, ...names.addresses],
  });
  expect(view.fingerprint).toBe(new X509Certificate(first?.cert ?? '').fingerprint256);
  await bed.keeper.look();
  expect(bed.keeper.credentials()).toBe(first);
  expect(bed.noted).toEqual([
    { action: 'created', id: 'authority' },
    { action: 'created', id: 'server' },
  ]);
});

test('a restart finds the same certificate, and its key in the vault alone', async () => {
  const first = certificateBed();
  await first.keeper.look();
  const second = certificateBed(first);
  await second.keeper.look();
  expect(second.keeper.view()).toEqual(first.keeper.view());
  expect(second.noted).toEqual([]);
  expect([...first.facts.values()].join()).not.toContain('PRIVATE');
  expect([...first.vault.values()].filter((text) => text.includes('PRIVATE KEY'))).toHaveLength(2);
});

test('its end waits for a look that is under way, and later ones do nothing', async () => {
  const bed = certificateBed();
  const looking = bed.keeper.look();
  // So that it has begun.
  await Promise.resolve();
  await bed.keeper.close();
  expect(bed.keeper.credentials()).toBeDefined();
  bed.want({ addresses: ['192.168.1.20'] });
  await Promise.all([looking, bed.keeper.look()]);
  expect(bed.noted).toHaveLength(2);
});

test('it is renewed at a third of its life and not before, by the same authority', async () => {
  const bed = certificateBed();
  await bed.keeper.look();
  const { fingerprint, caFingerprint } = bed.keeper.view();
  bed.passTime(260 * day);
  await bed.keeper.look();
  expect(bed.keeper.view().fingerprint).toBe(fingerprint);
  bed.passTime(6 * day);
  await bed.keeper.look();
  expect(bed.keeper.view().fingerprint).not.toBe(fingerprint);
  expect(bed.keeper.view().caFingerprint).toBe(caFingerprint);
  expect(bed.noted.at(-1)).toEqual({ action: 'rotated', id: 'server' });
});

test('a new address gives a new certificate by the same authority; one that went keeps the old one', async () => {
  const bed = certificateBed();
  await bed.keeper.look();
  const { caFingerprint } = bed.keeper.view();
  bed.want({ addresses: ['127.0.0.1', '::1', '192.168.1.20'] });
  await bed.keeper.look();
  const { names: held, fingerprint, caFingerprint: same } = bed.keeper.view();
  expect(held).toContain('192.168.1.20');
  expect(same).toBe(caFingerprint);
  bed.want({ addresses: ['127.0.0.1', '::1'] });
  await bed.keeper.look();
  expect(bed.keeper.view().fingerprint).toBe(fingerprint);
});

test('public addresses, and names that came after the authority, are left out and told', async () => {
  const bed = certificateBed();
  await bed.keeper.look();
  bed.want({ names: [...names.names, 'nas.lan'], addresses: ['127.0.0.1', '::1', '203.0.113.9'] });
  await bed.keeper.look();
  expect(bed.keeper.view().missing).toEqual(['nas.lan', '203.0.113.9']);
  const { caFingerprint } = bed.keeper.view();
  await bed.keeper.newAuthority();
  const { missing, names: held, caFingerprint: fresh } = bed.keeper.view();
  expect(missing).toEqual(['203.0.113.9']);
  expect(held).toContain('nas.lan');
  expect(fresh).not.toBe(caFingerprint);
});

test('near the end of the authority nothing is made again and again; once it has ended there is a new one', async () => {
  const bed = certificateBed();
  await bed.keeper.look();
  bed.passTime(3640 * day);
  await bed.keeper.look();
  const { fingerprint, expiresAt, caFingerprint, caExpiresAt } = bed.keeper.view();
  expect(expiresAt).toBe(caExpiresAt);
  bed.passTime(8 * day);
  await bed.keeper.look();
  expect(bed.keeper.view().fingerprint).toBe(fingerprint);
  bed.passTime(3 * day);
  await bed.keeper.look();
  expect(bed.keeper.view().caFingerprint).not.toBe(caFingerprint);
});

test('a locked vault is said, and recovered from', async () => {
  const bed = certificateBed();
  bed.lock(true);
  await bed.keeper.look();
  expect(bed.keeper.credentials()).toBeUndefined();
  expect(bed.keeper.view().problem).toContain('it is locked');
  bed.lock(false);
  await bed.keeper.look();
  expect(bed.keeper.credentials()).toBeDefined();
  expect(bed.keeper.view().problem).toBeNull();
});

test('a key that does not fit its certificate, as a crash may leave it, is replaced', async () => {
  const bed = certificateBed();
  await bed.keeper.look();
  const other = await makeAuthority(['localhost'], Date.now());
  bed.vault.set('certificate/server/0', other.key);
  const { fingerprint, caFingerprint } = bed.keeper.view();
  const again = certificateBed(bed);
  await again.keeper.look();
  expect(again.keeper.view().fingerprint).not.toBe(fingerprint);
  expect(again.keeper.view().caFingerprint).toBe(caFingerprint);
});

test('what was brought along is served with, and our own comes back when it is let go', async () => {
  const bed = certificateBed();
  await bed.keeper.look();
  const own = bed.keeper.view();
  const authority = await makeAuthority(['localhost'], Date.now());
  const pair = await makeServerCertificate(authority, names, Date.now());
  await bed.keeper.usePem({ certificate: pair.certificate + authority.certificate, key: pair.key });
  expect(bed.keeper.view()).toMatchObject({ source: 'pem', caPem: null });
  expect(bed.keeper.credentials()?.cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  await expect(bed.keeper.renew()).rejects.toMatchObject({ code: 'certificate_brought_along' });
  const restarted = certificateBed(bed);
  await restarted.keeper.look();
  expect(restarted.keeper.view().source).toBe('pem');
  await bed.keeper.useOwn();
  expect(bed.keeper.view()).toEqual(own);
  expect([...bed.vault.keys()].filter((name) => name.includes('pem'))).toEqual([]);
  expect(bed.noted.slice(2)).toEqual([
    { action: 'added', id: 'pem' },
    { action: 'removed', id: 'pem' },
  ]);
});

test('what was brought along and has ended is still shown, and told', async () => {
  const bed = certificateBed();
  const authority = await makeAuthority(['localhost'], Date.now());
  await bed.keeper.usePem(await makeServerCertificate(authority, names, Date.now()));
  bed.passTime(398 * day);
  await bed.keeper.look();
  expect(bed.keeper.credentials()).toBeDefined();
  expect(bed.keeper.view().problem).toContain('has ended');
});

test('a pair that encryption refuses is not taken, and one that was kept is told and not shown', async () => {
  const bed = certificateBed();
  const pair = await shortKeyPair();
  const refused = await bed.keeper.usePem(pair).catch((error: Error) => error);
  expect(refused).toMatchObject({ code: 'certificate_unsuitable' });
  expect(String(refused)).toContain('too short to be safe');
  expect(String(refused)).not.toContain(pair.key.slice(40, 80));
  expect(bed.keeper.view().source).toBe('own');
  // As a version before this one kept it.
  bed.facts.set('certificate_pem', pair.certificate);
  bed.vault.set('certificate/pem/0', pair.key);
  const again = certificateBed(bed);
  await again.keeper.look();
  expect(again.keeper.view().problem).toContain('too short to be safe');
  expect(again.keeper.credentials()).toBeUndefined();
});
