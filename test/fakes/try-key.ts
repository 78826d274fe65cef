// What a key is good for at the moment, asked of a gateway as a client would.

import type { KeyhatchProcess } from './keyhatch-process.ts';

/** What a chat request with this key gets: its status, or the code of the refusal. */
export async function tryKey(
  keyhatch: Pick<KeyhatchProcess, 'chat'>,
  key: string,
  more: object = {},
): Promise<number | string> {
  const response = await keyhatch.chat(key, more);
  await response.arrayBuffer();
  return response.headers.get('x-keyhatch-error') ?? response.status;
}

/** The same in front of the echo model alone, which knows no other name. */
export const tryEcho = (keyhatch: Pick<KeyhatchProcess, 'chat'>, key: string) =>
  tryKey(keyhatch, key, { model: 'echo' });
