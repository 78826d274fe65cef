// `keyhatch audit list|verify|export|begin-anew`: the record of who did what, whether it is whole, and as a file. Verifying
// fails where it is broken, so that a script notices.

import type { AuditReport } from '../../../shared/audit-model.ts';
import { CommandFailed } from '../cli-errors.ts';
import { type Command, defineCommand } from '../command.ts';
import { exportFlags, formatAsked, writeExport } from '../export-output.ts';
import type { Output } from '../output.ts';
import { auditListCommand, auditNarrow } from './history-command.ts';

const verify = defineCommand({
  name: 'audit verify',
  words: [],
  about: 'Check that no entry was changed or taken out. Fails where one was.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const report = await client.audit.verify();
      out.answer(report, () => reportText(report, out));
      if (report.state === 'broken') throw new CommandFailed('The audit log is broken.');
      if (report.state === 'unknown') throw new CommandFailed('The audit log could not be checked.');
    },
});

const take = defineCommand({
  name: 'audit export',
  words: [],
  about: 'Print all entries as JSON, or as CSV.',
  flags: { ...auditNarrow.flags, ...exportFlags },
  prepare: ({ flags }) => {
    const question = { ...auditNarrow.read(flags), format: formatAsked(flags) ?? 'json' };
    return async ({ client, out }) => writeExport(out, await client.audit.export(question));
  },
});

const beginAnew = defineCommand({
  name: 'audit begin-anew',
  words: [],
  about: 'Begin a new chain after a break, held to what is there now. The log says so.',
  flags: { yes: { short: 'y', about: 'Do not ask.' } },
  prepare:
    ({ flags }) =>
    async ({ client, out, input }) => {
      const before = await client.audit.verify();
      if (!flags.on('yes')) {
        await input.confirm(
          `${before.says} From now on it counts as whole from here, and says that you did this. Go on?`,
        );
      }
      const report = await client.audit.beginAnew();
      out.answer(report, () => reportText(report, out));
    },
});

export const auditCommands: readonly Command[] = [auditListCommand, verify, take, beginAnew];

const marks = { intact: ['green', '✓'], broken: ['red', '✗'], unknown: ['yellow', '!'] } as const;

function reportText(report: AuditReport, { paint }: Output): string {
  const { state, says, entries, chained, late, imported, waiting, earlier, head, broken } = report;
  const [colour, mark] = marks[state];
  const parts = [
    `${entries} entries`,
    ...(head === null ? [] : [`${chained} in chain ${head.chain}, up to ${head.seq}`]),
    ...(late === 0 ? [] : [`${late} of them made while the vault was locked`]),
    ...(imported === 0 ? [] : [`${imported} from before there was a chain`]),
    ...(earlier === 0 ? [] : [`${earlier} in earlier chains, held by the beginning of this one`]),
    ...(waiting === 0 ? [] : [`${waiting} not chained yet`]),
  ];
  const first = broken === null || broken.seq === null ? [] : [`First broken entry: ${broken.seq}`];
  return [`${paint(colour, mark)} ${says}`, `${parts.join('; ')}.`, ...first].join('\n');
}
