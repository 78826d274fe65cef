// Seals a backup under a passphrase and opens it again, in the format of the sealed file under a name of its own, so that
// neither can be taken for the other. Whatever is wrong with a backup fails alike: who tries learns nothing from how.

import { KeyhatchError } from '../../shared/errors.ts';
import { deriveKey, usualCost } from './passphrase-key.ts';
import {
  newScryptScheme,
  parseSealedText,
  type ScryptCost,
  type SealedText,
  sealText,
  unsealText,
} from './sealed-format.ts';

export async function sealBackup(plain: string, passphrase: string, cost: ScryptCost = usualCost): Promise<string> {
  const scheme = newScryptScheme(cost);
  const key = await deriveKey(bytesOf(passphrase), scheme.salt, cost);
  return sealText(scheme, key, plain, 'backup');
}

/** @throws KeyhatchError `backup_unreadable`, or `profile_from_future` where a newer Keyhatch made it */
export async function unsealBackup(text: string, passphrase: string): Promise<string> {
  const sealed = parse(text);
  if (sealed.scheme.kdf !== 'scrypt') throw new KeyhatchError('backup_unreadable');
  const key = await deriveKey(bytesOf(passphrase), sealed.scheme.salt, sealed.scheme.cost);
  const plain = unsealText(sealed, key);
  if (plain === undefined) throw new KeyhatchError('backup_unreadable');
  return plain;
}

function parse(text: string): SealedText {
  try {
    return parseSealedText(text, 'the backup', 'backup');
  } catch (error) {
    if (error instanceof KeyhatchError && error.code === 'profile_from_future') throw error;
    throw new KeyhatchError('backup_unreadable', { cause: error });
  }
}

// One passphrase has several spellings in Unicode, and keyboards differ in which they send.
function bytesOf(passphrase: string): Buffer {
  return Buffer.from(passphrase.normalize('NFC'));
}
