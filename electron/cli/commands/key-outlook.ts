// Whether a key can be used at all, as far as the vault decides it: what is kept in memory ends with the run that keeps
// it. Only says so; makes and changes nothing.

import type { ContractClient } from '../../control/control-client.ts';
import { CommandFailed } from '../cli-errors.ts';

/** @throws CommandFailed where a new secret would end together with this command */
export async function refuseToMakeInVain(client: ContractClient): Promise<void> {
  const { shell, vault } = await client.status.get();
  if (shell !== 'at-rest' || vault.kind !== 'memory') return;
  throw new CommandFailed(
    'Nothing runs on this profile, so a secret kept in memory would be gone with this command. Start it first (keyhatch serve --vault memory), or keep keys in a file: --vault file.',
  );
}

/** Why a key whose secret the open vault does not hold cannot be used, and what to do. Begins in lower case. */
export async function whyUnusable(client: ContractClient): Promise<string> {
  const { vault } = await client.status.get();
  return vault.kind === 'memory'
    ? 'the secret was kept in memory only. Give the key a new one: keyhatch keys rotate NAME'
    : 'the vault does not hold the secret. Give the key a new one: keyhatch keys rotate NAME';
}
