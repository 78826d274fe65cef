// `keyhatch tls …`: what is asked of the instance and what is said about the certificate.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keyhatch } from './captured-cli.ts';
import { encrypted } from './fake-instance.ts';

test('status tells mode, names, end and fingerprints', async () => {
  const { out, code } = await keyhatch(['tls', 'status']);
  expect(code).toBe(0);
  expect(out).toMatch(/Encryption +HTTPS and HTTP on the same port \(tls\.mode is auto\)/);
  expect(out).toContain(encrypted.names.join(', '));
  expect(out).toMatch(/Left out +203\.0\.113\.9/);
  expect(out).toContain('AB:CD:EF:01');
  expect(out).toContain('01:23:45:67');
  const json = await keyhatch(['tls', 'status', '--json']);
  expect(JSON.parse(json.out)).toEqual(encrypted);
});

test('ca prints the authority alone on stdout, and its fingerprint beside it', async () => {
  const { out, err, calls } = await keyhatch(['tls', 'ca']);
  expect(out).toBe(encrypted.caPem);
  expect(err).toContain('01:23:45:67');
  expect(calls.map(({ path }) => path)).toEqual(['tls.get']);
});

test('use-pem reads both files, and is not begun without one of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kh-pem-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  writeFileSync(certificate, 'the certificate');
  writeFileSync(key, 'the key');
  const { calls, out } = await keyhatch(['tls', 'use-pem', '--certificate', certificate, '--key', key]);
  expect(calls).toEqual([{ path: 'tls.usePem', input: { certificate: 'the certificate', key: 'the key' } }]);
  expect(out).toContain('brought along');
  expect(out).not.toContain('the key');
  const half = await keyhatch(['tls', 'use-pem', '--key', key]);
  expect(half.code).toBe(2);
  const gone = await keyhatch(['tls', 'use-pem', '--certificate', join(folder, 'gone.pem'), '--key', key]);
  expect(gone).toMatchObject({ code: 1, calls: [] });
});

test('new-authority asks first where somebody can answer', async () => {
  const refused = await keyhatch(['tls', 'new-authority'], { stdin: 'n\n', terminal: true });
  expect(refused.calls).toEqual([]);
  const done = await keyhatch(['tls', 'new-authority', '--yes']);
  expect(done.calls).toEqual([{ path: 'tls.newAuthority', input: undefined }]);
});

test.each(['renew', 'use-own'])('%s is one call', async (name) => {
  const { calls } = await keyhatch(['tls', name]);
  expect(calls).toEqual([{ path: name === 'renew' ? 'tls.renew' : 'tls.useOwn', input: undefined }]);
});
