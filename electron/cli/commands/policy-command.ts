// `keyhatch policy test`: which stage would decide about a request, and why. Sends nothing.

import { operationNames } from '../../../shared/key-policy.ts';
import type { PolicyAnswer } from '../../../shared/policy-model.ts';
import { UsageError } from '../cli-errors.ts';
import { defineCommand } from '../command.ts';
import { parseChoice } from '../flag-values.ts';
import { type Output, visible } from '../output.ts';
import { textTable } from '../text-table.ts';

export const policyTestCommand = defineCommand({
  name: 'policy test',
  words: [],
  about: 'Say what would become of a request, and which stage decides. Sends nothing.',
  flags: {
    key: { value: 'ID|NAME', about: 'The key that would be sent.' },
    model: { value: 'NAME', about: 'The model that would be asked for.' },
    operation: { value: 'O', about: 'What would be done, such as chat or models:manage; chat unless told.' },
    from: { value: 'ADDR', about: 'Where it would come from: an address; this-computer unless told.' },
  },
  prepare({ flags }) {
    const key = flags.text('key');
    if (key === undefined) throw new UsageError('Say which key: --key NAME.');
    const operation = parseChoice('--operation', flags.text('operation') ?? 'chat', operationNames);
    const question = { key, operation, model: flags.text('model'), from: flags.text('from') };
    return async ({ client, out }) => {
      const answer = await client.policy.test(question);
      out.answer(answer, () => answerText(answer, out));
    };
  },
});

function answerText({ allowed, decidedBy, stages, may }: PolicyAnswer, { paint }: Output): string {
  const table = textTable(
    [
      { title: 'STAGE', cell: ({ stage }) => stage },
      {
        title: 'VERDICT',
        cell: ({ verdict, stage }) => (verdict === 'refuse' && stage !== decidedBy ? 'would refuse' : verdict),
        paint: (text, { verdict }) => paint(verdict === 'pass' ? 'green' : 'red', text),
      },
      { title: 'WHY', cell: ({ reason, code }) => (code === null ? reason : `${code}: ${reason}`) },
    ],
    stages,
    (text) => paint('dim', text),
  );
  const verdict = allowed
    ? paint('green', 'This request would pass.')
    : paint('red', `This request would be refused by the stage "${decidedBy}".`);
  return `${verdict}\n\n${table}\n\n${visible(may)}`;
}
