// The vault of a desktop: the OS keychain through keytar, one entry a name, under the service `Keyhatch`. The native
// module is handed in, so that a machine without it can use the other vaults. Turns the system's errors into words.

import { KeyhatchError } from '../../shared/errors.ts';
import { createBoundedTurns } from './calls-in-turn.ts';
import { type Vault, vaultDeadlineMs } from './vault.ts';

/** The part of keytar that is used here. */
export type Keytar = {
  readonly getPassword: (service: string, account: string) => Promise<string | null>;
  readonly setPassword: (service: string, account: string, password: string) => Promise<void>;
  readonly deletePassword: (service: string, account: string) => Promise<boolean>;
};

const keychainService = 'Keyhatch';

/** What Windows takes for one entry (CRED_MAX_CREDENTIAL_BLOB_SIZE); kept everywhere, so that a profile can move. */
const keychainValueMaxBytes = 2560;

// Tells an open keychain from a locked one where the system does not: an entry that is always there.
const markName = 'open';

/**
 * @param profileId one per data folder, so that two folders of the same user never share an entry
 * @param emptyWhenLocked whether a locked keychain looks like an empty one, as that of Linux does
 * @throws `input_invalid` from `set`, when the value cannot be kept in a keychain
 */
export function createKeychainVault(options: {
  readonly keytar: Keytar;
  readonly profileId: string;
  readonly deadlineMs?: number;
  readonly emptyWhenLocked?: boolean;
}): Vault {
  const { keytar, profileId, deadlineMs = vaultDeadlineMs } = options;
  const { emptyWhenLocked = process.platform === 'linux' } = options;
  const inTurn = createBoundedTurns({ kind: 'keychain', deadlineMs, explain: explainKeychainError });
  const account = (name: string) => `${profileId}/${name}`;

  // With gnome-keyring, reading from a locked keychain gives nothing and deleting deletes nothing, both without an error;
  // only writing fails. Taken at its word, that would be "no keys", and a deleted verifier would be back tomorrow.
  async function refuseIfLocked(): Promise<void> {
    if ((await keytar.getPassword(keychainService, account(markName))) !== null) return;
    await keytar.setPassword(keychainService, account(markName), markName);
  }

  // Asks again after the check, which may itself have made the system ask its user to unlock.
  async function believe<T>(call: () => Promise<T>): Promise<T> {
    const answer = await call();
    if (answer || !emptyWhenLocked) return answer;
    await refuseIfLocked();
    return await call();
  }

  return {
    kind: 'keychain',
    get: (name) => inTurn(() => believe(() => keytar.getPassword(keychainService, account(name)))),
    async set(name, value) {
      refuseUnkeepable(name, value);
      await inTurn(() => keytar.setPassword(keychainService, account(name), value));
    },
    async delete(name) {
      await inTurn(() => believe(() => keytar.deletePassword(keychainService, account(name))));
    },
  };
}

// keytar hands a C string to the system: what follows a NUL would be lost without a word, and it refuses nothing else.
function refuseUnkeepable(name: string, value: string): void {
  const sizeBytes = Buffer.byteLength(value);
  const reason =
    sizeBytes === 0
      ? 'an empty value cannot be kept'
      : sizeBytes > keychainValueMaxBytes
        ? `the value has ${sizeBytes} bytes, and one entry holds at most ${keychainValueMaxBytes}. Use a shorter value, or start with --vault file`
        : value.includes('\0')
          ? 'the value holds a NUL character. Remove it'
          : undefined;
  if (reason) throw new KeyhatchError('input_invalid', { details: { reason: `Keychain entry ${name}: ${reason}` } });
}

const explanations: readonly (readonly [RegExp, string])[] = [
  [
    /autolaunch|DBUS_SESSION_BUS_ADDRESS|could not connect/i,
    'there is no desktop session to reach it through. Start Keyhatch inside one, or with --vault file',
  ],
  [
    /was not provided|ServiceUnknown|org\.freedesktop\.DBus\.Error\.Spawn/i,
    'no keychain program is running. Install and start gnome-keyring or KWallet, or start with --vault file',
  ],
  [
    /object does not exist|no such (secret )?collection/i,
    'it has not been set up yet. Log in to the desktop once, which makes and unlocks it, or start with --vault file',
  ],
  [/locked|interaction is not allowed|not available until/i, 'it is locked'],
  [/dismissed|cancell?ed/i, 'its unlock prompt was dismissed'],
  [/timed? ?out|NoReply/i, 'it did not answer'],
];

function explainKeychainError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const known = explanations.find(([pattern]) => pattern.test(text));
  return known?.[1] ?? `the system says "${text.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 200)}"`;
}
