// `keyhatch keys import|export` and `keyhatch backup …`: what comes in from other programs and what goes to another machine.
// Passphrases come on stdin or in the environment, never as an argument; values of keys in a file or on stdin.

import { writeFile } from 'node:fs/promises';
import { type ImportReport, importFormat } from '../../../shared/transfer-model.ts';
import { CommandFailed } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord, type Session } from '../command.ts';
import { fileReason, readFileText } from '../file-text.ts';
import { parseChoice } from '../flag-values.ts';
import { visible } from '../output.ts';
import { textTable } from '../text-table.ts';

const passphraseName = 'KEYHATCH_BACKUP_PASSPHRASE';

const importKeys = defineCommand({
  name: 'keys import',
  words: ['FILE|-'],
  about: 'Make keys of the values that another program had; - reads them from stdin.',
  flags: {
    format: { value: 'F', about: `What it is, where that cannot be seen: ${importFormat.options.join(', ')}.` },
    project: { value: 'P', about: 'The project they belong to, by name or id.' },
    'dry-run': { about: 'Say what would be done, and do nothing.' },
  },
  prepare(invocation) {
    const { flags } = invocation;
    const formatText = flags.text('format');
    const format = formatText === undefined ? undefined : parseChoice('--format', formatText, importFormat.options);
    return async (session) => {
      const text = await readText(session, onlyWord(invocation), 'the keys');
      const { client, out } = session;
      const dryRun = flags.on('dry-run');
      const report = await client.keys.import({ text, format, project: flags.text('project'), dryRun });
      out.answer(report, () => reportText(report, session));
    };
  },
});

const exportKeys = defineCommand({
  name: 'keys export',
  words: [],
  about: 'All keys and projects as JSON, without any secret.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const all = await client.keys.export();
      out.answer(all, () => visibleJson(JSON.stringify(all, undefined, 2)));
    },
});

const create = defineCommand({
  name: 'backup create',
  words: ['FILE'],
  about: `Seal keys, projects and settings into a file; passphrase on stdin or in ${passphraseName}.`,
  flags: {},
  prepare: (invocation) => async (session) => {
    const file = onlyWord(invocation);
    const { text, ...counts } = await session.client.backup.create({ passphrase: await readPassphrase(session) });
    await writeNew(file, text);
    const made = { file, ...counts };
    session.out.answer(
      made,
      () =>
        `${counted(counts.keys, 'key')} and ${counted(counts.projects, 'project')} are sealed in ${visible(file)}. Without the passphrase nobody can open it, not even you.`,
    );
  },
});

const restore = defineCommand({
  name: 'backup restore',
  words: ['FILE'],
  about: `Put a backup in place, so that its keys work here; passphrase on stdin or in ${passphraseName}.`,
  flags: { replace: { about: 'End the keys, projects and settings that are here and are not in the backup.' } },
  prepare: (invocation) => async (session) => {
    const text = await readFileText(onlyWord(invocation));
    const replace = invocation.flags.on('replace');
    const passphrase = await readPassphrase(session);
    const restored = await session.client.backup.restore({ text, passphrase, replace });
    const { out } = session;
    out.answer(restored, () => {
      const ended = restored.ended === 0 ? '' : ` ${counted(restored.ended, 'key')} that were here have ended.`;
      return `${counted(restored.keys, 'key')}, ${counted(restored.projects, 'project')} and ${counted(restored.settings, 'setting')} are in place, as of ${out.when(restored.madeAt, '–')}.${ended}`;
    });
    if (restored.paused > 0 && !out.json) out.note(pausedText(restored.paused));
    if (restored.notTaken.length > 0 && !out.json)
      out.note(
        `Not taken, because it would open more than was confirmed on this computer: ${restored.notTaken.join(', ')}. Set it with: keyhatch settings set`,
      );
    if (restored.atNextStart.length > 0 && !out.json)
      out.note(`From the next start on: ${restored.atNextStart.join(', ')}.`);
  },
});

// They may have been removed after the backup was made.
function pausedText(count: number): string {
  const who = count === 1 ? 'One person who was not here came' : `${count} people who were not here came`;
  return `${who} back paused. If they are still to have access: keyhatch people resume NAME`;
}

async function readPassphrase({ input, env }: Session): Promise<string> {
  return env[passphraseName] || (await input.secret('the passphrase'));
}

async function readText({ input }: Session, file: string, what: string): Promise<string> {
  return file === '-' ? input.text(what) : readFileText(file);
}

// Never over another file: it may be the backup of a year ago, or something else altogether.
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    throw new CommandFailed(`${file} cannot be written: ${fileReason(error)}.`);
  }
}

function reportText({ lines, imported, dryRun }: ImportReport, { out }: Session): string {
  const table = textTable<ImportReport['lines'][number]>(
    [
      { title: 'LINE', cell: ({ line }) => String(line), align: 'right' },
      { title: 'NAME', cell: ({ name }) => name ?? '–' },
      { title: 'RESULT', cell: (line) => resultText(line, dryRun) },
      { title: '', cell: ({ says }) => says ?? '' },
    ],
    lines,
    (text) => out.paint('dim', text),
  );
  const weak = lines.filter((line) => line.weak).length;
  const sentence = `${imported} of ${counted(lines.length, 'key')} ${dryRun ? 'would be' : imported === 1 ? 'was' : 'were'} imported.`;
  const advice =
    weak === 0
      ? ''
      : ' Weak ones work on this computer alone: rotate them, or accept them with keyhatch keys accept-weak.';
  return `${table}\n${sentence}${advice}`;
}

function resultText({ imported, weak }: ImportReport['lines'][number], dryRun: boolean): string {
  if (!imported) return 'not imported';
  return `${dryRun ? 'would be imported' : 'imported'}${weak ? ', weak' : ''}`;
}

function visibleJson(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function counted(count: number, one: string): string {
  return count === 1 ? `one ${one}` : `${count} ${one}s`;
}

export const keyTransferCommands: readonly Command[] = [importKeys, exportKeys];
export const backupCommands: readonly Command[] = [create, restore];
