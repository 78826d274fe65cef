// `keyhatch upstreams …`: the model servers behind the gateway. A credential for one comes on stdin only.

import type { UpstreamStatus } from '../../../shared/model.ts';
import { upstreamKindNames, upstreamKindRow } from '../../../shared/upstream-kinds.ts';
import { CommandFailed, UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord } from '../command.ts';
import { parseChoice, parseWhole } from '../flag-values.ts';
import { type Output, type Paint, visible } from '../output.ts';
import { textTable } from '../text-table.ts';

const list = defineCommand({
  name: 'upstreams list',
  words: [],
  about: 'All model servers with their health.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const upstreams = await client.upstreams.list();
      out.answer(upstreams, () => upstreamTable(upstreams, out));
    },
});

const add = defineCommand({
  name: 'upstreams add',
  words: ['URL'],
  about: 'Put a model server behind the gateway.',
  flags: {
    name: { value: 'NAME', about: 'What to call it.' },
    kind: { value: 'K', about: `What it is, where that cannot be found out: ${upstreamKindNames.join(', ')}.` },
    'credential-stdin': { about: 'Read its own API key from stdin.' },
    confirm: { about: 'Add it in spite of a warning.' },
  },
  prepare(invocation) {
    const { flags } = invocation;
    const kindText = flags.text('kind');
    const kind = kindText === undefined ? undefined : parseChoice('--kind', kindText, upstreamKindNames);
    return async ({ client, out, input }) => {
      const credential = flags.on('credential-stdin') ? await input.secret('the credential') : undefined;
      const url = onlyWord(invocation);
      const confirm = flags.on('confirm');
      const added = await client.upstreams.add({ url, name: flags.text('name'), kind, credential, confirm });
      out.answer(added, () => `Added ${upstreamTitle(added)}: ${healthText(added)}.`);
    };
  },
});

const edit = defineCommand({
  name: 'upstreams edit',
  words: ['ID|NAME'],
  about: 'Change the name of a model server, or how many requests it gets at once.',
  flags: {
    name: { value: 'NAME', about: 'A new name.' },
    parallel: { value: 'N', about: 'Requests at once; none: as many as come; auto: as it says itself, or its kind.' },
  },
  prepare(invocation) {
    const [name, text] = [invocation.flags.text('name'), invocation.flags.text('parallel')];
    if (name === undefined && text === undefined)
      throw new UsageError('Say what to change, for instance --parallel 2.');
    const parallel = parseParallel(text);
    return async ({ client, out }) => {
      const upstream = await client.upstreams.edit({ ref: onlyWord(invocation), name, parallel });
      out.answer(upstream, () => `Changed ${upstreamTitle(upstream)}: ${placesText(upstream)}.`);
    };
  },
});

function parseParallel(text: string | undefined): number | 'auto' | null | undefined {
  if (text === undefined || text === 'auto') return text;
  return text === 'none' ? null : parseWhole('--parallel', text, 1, 10_000);
}

const test = defineCommand({
  name: 'upstreams test',
  words: ['ID|NAME'],
  about: 'Ask a model server now whether it answers.',
  flags: {},
  prepare:
    (invocation) =>
    async ({ client, out }) => {
      const upstream = await client.upstreams.test({ ref: onlyWord(invocation) });
      const sentence = `${upstreamTitle(upstream)}: ${healthText(upstream)}.`;
      if (out.json || upstream.health === 'up') out.answer(upstream, () => sentence);
      if (upstream.health !== 'up') throw new CommandFailed(sentence);
    },
});

const remove = defineCommand({
  name: 'upstreams remove',
  words: ['ID|NAME'],
  about: 'Take a model server out.',
  flags: {},
  prepare:
    (invocation) =>
    async ({ client, out }) => {
      const removed = await client.upstreams.remove({ ref: onlyWord(invocation) });
      out.answer(removed, () => `Removed ${upstreamTitle(removed)}.`);
    },
});

export const upstreamsCommands: readonly Command[] = [list, add, edit, test, remove];

function upstreamTable(upstreams: readonly UpstreamStatus[], { paint }: Output): string {
  if (upstreams.length === 0) return 'No model server is connected. Look for one: keyhatch detect';
  return textTable<UpstreamStatus>(
    [
      { title: 'ID', cell: (upstream) => upstream.id },
      { title: 'NAME', cell: (upstream) => upstream.name + (upstream.isDefault ? ' (default)' : '') },
      { title: 'KIND', cell: (upstream) => upstreamKindRow(upstream.kind).name },
      { title: 'ADDRESS', cell: (upstream) => upstream.url },
      { title: 'CREDENTIAL', cell: (upstream) => (upstream.hasCredential ? 'yes' : 'none') },
      { title: 'AT ONCE', cell: placesText },
      { title: 'HEALTH', cell: healthText, paint: (text, upstream) => paintHealth(paint, upstream, text) },
    ],
    upstreams,
    (text) => paint('dim', text),
  );
}

/** `up, 2 models, 12 ms` or why it is not. */
export function healthText(upstream: UpstreamStatus): string {
  if (upstream.health === 'unknown') return 'not asked yet';
  if (upstream.health === 'down') return upstream.reason === null ? 'down' : `down, ${visible(upstream.reason)}`;
  const models = upstream.models.length === 1 ? '1 model' : `${upstream.models.length} models`;
  return `up, ${models}${upstream.latencyMs === null ? '' : `, ${Math.round(upstream.latencyMs)} ms`}`;
}

export function paintHealth(paint: Paint, { health }: UpstreamStatus, text: string): string {
  return paint(health === 'up' ? 'green' : health === 'down' ? 'red' : 'dim', text);
}

/** `1 of 4, 3 waiting`. */
function placesText({ places: { limit, running, queued } }: UpstreamStatus): string {
  const waiting = queued === 0 ? '' : `, ${queued} waiting`;
  return limit === null ? 'as many as come' : `${running} of ${limit}${waiting}`;
}

function upstreamTitle(upstream: UpstreamStatus): string {
  return `${visible(upstream.name)} (${upstream.id}) at ${visible(upstream.url)}`;
}
