// `keyhatch lockout list|unlock`: addresses that are put off because too many wrong keys came from them.

import type { LockedAddress } from '../../../shared/model.ts';
import { type Command, defineCommand, onlyWord } from '../command.ts';
import { type Output, visible } from '../output.ts';
import { textTable } from '../text-table.ts';

const list = defineCommand({
  name: 'lockout list',
  words: [],
  about: 'Show the addresses that are put off for wrong keys.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const locked = await client.lockout.list();
      out.answer(locked, () => lockedText(locked, out));
    },
});

const unlock = defineCommand({
  name: 'lockout unlock',
  words: ['ADDRESS'],
  about: 'Let an address try again at once.',
  flags: {},
  prepare: (invocation) => {
    const address = onlyWord(invocation);
    return async ({ client, out }) => {
      const left = await client.lockout.unlock({ address });
      out.answer(left, () => `${visible(address)} may try again.`);
    };
  },
});

export const lockoutCommands: readonly Command[] = [list, unlock];

function lockedText(locked: readonly LockedAddress[], { paint, when }: Output): string {
  if (locked.length === 0) return 'No address is put off.';
  return textTable<LockedAddress>(
    [
      { title: 'ADDRESS', cell: ({ address }) => address },
      { title: 'SINCE', cell: ({ since }) => when(since, '–') },
      { title: 'UNTIL', cell: ({ until }) => when(until, '–') },
      { title: 'TIMES', cell: ({ times }) => String(times), align: 'right' },
    ],
    locked,
    (text) => paint('dim', text),
  );
}
