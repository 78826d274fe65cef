// `keyhatch limits show` and `keyhatch keys top-up`: what is left of a key's limits, and more of a budget for a while.

import { UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord } from '../command.ts';
import { parseDuration } from '../flag-values.ts';
import { keyTitle } from './key-text.ts';
import { parseBudget } from './limit-flags.ts';
import { budgetText, limitsText } from './limit-text.ts';

const show = defineCommand({
  name: 'limits show',
  words: ['ID|NAME'],
  about: 'What a key has used of its limits and budgets.',
  flags: {},
  prepare:
    (invocation) =>
    async ({ client, out }) => {
      const limits = await client.limits.get({ ref: onlyWord(invocation) });
      out.answer(limits, () => limitsText(limits, out));
    },
});

const topUp = defineCommand({
  name: 'keys top-up',
  words: ['ID|NAME'],
  about: 'Give a budget of a key so much more for a while; 0 takes that away again.',
  flags: {
    budget: { value: 'B', about: 'Which one and how much more: day:50000tokens or month:2EUR.' },
    for: { value: '12h', about: 'For how long; 24h unless told.' },
  },
  prepare(invocation) {
    const { flags, now } = invocation;
    const text = flags.text('budget');
    if (text === undefined) throw new UsageError('Say which budget and how much more: --budget day:50000tokens.');
    const { period, tokens, cost } = parseBudget(text);
    const endsAt = now + parseDuration('--for', flags.text('for') ?? '24h');
    return async ({ client, out }) => {
      const key = await client.keys.topUp({ ref: onlyWord(invocation), add: { period, tokens, cost, endsAt } });
      const amount = budgetText({ period, tokens, cost });
      out.answer(key, () => `The key ${keyTitle(key)} has ${amount} more, which ends ${out.when(endsAt, '')}.`);
    };
  },
});

export const limitsCommands: readonly Command[] = [show, topUp];
