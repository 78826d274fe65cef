// `keyhatch doctor`: what is good, doubtful and bad about this installation, and what to do. Fails when something is bad.

import type { Finding } from '../../../shared/model.ts';
import { CommandFailed } from '../cli-errors.ts';
import { defineCommand } from '../command.ts';
import { type Output, visible } from '../output.ts';

export const doctorCommand = defineCommand({
  name: 'doctor',
  words: [],
  about: 'Check port, vault and upstreams, and say what to do.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const findings = await client.doctor.run();
      out.answer(findings, () => findings.map((finding) => findingText(finding, out)).join('\n'));
      const bad = findings.filter(({ result }) => result === 'bad');
      if (bad.length > 0) throw new CommandFailed(`Not well: ${bad.map(({ check }) => visible(check)).join(', ')}.`);
    },
});

const marks = { good: ['green', '✓'], warning: ['yellow', '!'], bad: ['red', '✗'] } as const;

function findingText({ check, result, says, cure }: Finding, { paint }: Output): string {
  const [colour, mark] = marks[result];
  const line = `${paint(colour, mark)} ${visible(check)}: ${visible(says)}`;
  return cure === null ? line : `${line}\n    ${visible(cure)}`;
}
