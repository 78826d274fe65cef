// `keyhatch limits show`, `keyhatch keys top-up` and `keyhatch projects top-up`: what is left of a key's limits, and more of
// a budget for a while.

import type { TopUp } from '../../../shared/limit-model.ts';
import type { ContractClient } from '../../control/control-client.ts';
import { UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord } from '../command.ts';
import { parseDuration } from '../flag-values.ts';
import { visible } from '../output.ts';
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

type Owner = 'key' | 'project';
type TopUpCall = (
  client: ContractClient,
  input: { readonly ref: string; readonly add: TopUp },
) => Promise<{ readonly id: string; readonly name: string }>;

function topUp(owner: Owner, call: TopUpCall): Command {
  return defineCommand({
    name: `${owner}s top-up`,
    words: ['ID|NAME'],
    about: `Give a budget of a ${owner} so much more for a while; 0 takes that away again.`,
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
        const topped = await call(client, { ref: onlyWord(invocation), add: { period, tokens, cost, endsAt } });
        const amount = budgetText({ period, tokens, cost });
        const title = `"${visible(topped.name)}" (${topped.id})`;
        out.answer(topped, () => `The ${owner} ${title} has ${amount} more, which ends ${out.when(endsAt, '')}.`);
      };
    },
  });
}

export const limitsCommands: readonly Command[] = [
  show,
  topUp('key', (client, input) => client.keys.topUp(input)),
  topUp('project', (client, input) => client.projects.topUp(input)),
];
