// A sealed backup: opens with its passphrase and as it was made, and in no other way; each failure looks like the others.

import { describe, expect, test } from 'vitest';
import { sealBackup, unsealBackup } from '../../../electron/vault/backup-seal.ts';
import { sealText } from '../../../electron/vault/sealed-format.ts';

const cheap = { N: 2 ** 14, r: 8, p: 1 };
const plain = '{"secret":"öffne dich"}';

test('opens with its passphrase, however that was typed', async () => {
  const text = await sealBackup(plain, 'Größe und Weite', cheap);
  expect(text).not.toContain('öffne');
  expect(await unsealBackup(text, 'Größe und Weite'.normalize('NFD'))).toBe(plain);
  expect(await sealBackup(plain, 'Größe und Weite', cheap)).not.toBe(text);
});

describe('fails alike with', () => {
  const outcome = async (text: string, passphrase = 'correct horse battery') => {
    try {
      return await unsealBackup(text, passphrase);
    } catch (error) {
      const { code, message, details } = error as { code: string; message: string; details: object };
      return { code, message, details };
    }
  };
  const sealed = sealBackup(plain, 'correct horse battery', cheap);
  const flip = (text: string, at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

  test.each<[string, (text: string) => readonly [string, string?]]>([
    ['another passphrase', (text) => [text, 'correct horse batterx']],
    ['a changed byte of what is sealed', (text) => [flip(text, text.indexOf('\n') + 5)]],
    ['a changed nonce', (text) => [flip(text, text.indexOf('"nonce":"') + 10)]],
    ['a changed salt', (text) => [flip(text, text.indexOf('"salt":"') + 9)]],
    ['a changed cost', (text) => [text.replace('16384', '32768')]],
    ['a cost that would take all memory', (text) => [text.replace('"N":16384', '"N":1073741824')]],
    ['a line that is missing', (text) => [text.slice(0, text.indexOf('\n'))]],
    ['half of it', (text) => [text.slice(0, text.length / 2)]],
    ['something else', () => ['PK\u0003\u0004 not a backup']],
    ['no key derivation', (text) => [text.replace('"scrypt"', '"none"')]],
  ])('%s', async (_name, change) => {
    const [text, passphrase] = change(await sealed);
    const failure = await outcome(text, passphrase);
    expect(failure).toEqual(await outcome('nothing'));
    expect(failure).toMatchObject({ code: 'backup_unreadable', details: {} });
  });

  test('the sealed file of a vault', async () => {
    const vault = sealText({ kdf: 'none' }, Buffer.alloc(32), plain);
    expect(await outcome(vault)).toEqual(await outcome('nothing'));
  });
});

test('one of a newer Keyhatch says so', async () => {
  const text = await sealBackup(plain, 'correct horse battery', cheap);
  await expect(unsealBackup(text.replace('"version":1', '"version":2'), 'correct horse battery')).rejects.toMatchObject(
    {
      code: 'profile_from_future',
    },
  );
});
