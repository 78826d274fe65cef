// `keyhatch projects …`: make, look at, change and end projects.

import type { ProjectFacts } from '../../../shared/project-model.ts';
import type { ContractClient } from '../../control/control-client.ts';
import { UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord, type Session } from '../command.ts';
import { parseProjectFields, projectFlags, withAliases, withDefaults } from './project-fields.ts';
import { projectDetails, projectTable, projectTitle } from './project-text.ts';

const projectWord = ['ID|NAME'];

const create = defineCommand({
  name: 'projects create',
  words: [],
  about: 'Make a project for keys of one purpose.',
  flags: { name: { value: 'NAME', about: 'What to call it, such as thesis.' }, ...projectFlags },
  prepare({ flags }) {
    const name = flags.text('name');
    if (name === undefined) throw new UsageError('A project needs a name: --name NAME.');
    const { aliases, named: _named, ...fields } = parseProjectFields(flags);
    return async (session) => {
      const project = await session.client.projects.create({ name, ...fields, aliases: withAliases({}, aliases) });
      await answerDetails(session, project);
    };
  },
});

const list = defineCommand({
  name: 'projects list',
  words: [],
  about: 'All projects with their keys.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const projects = await client.projects.list();
      out.answer(projects, () => projectTable(projects, out));
    },
});

const show = defineCommand({
  name: 'projects show',
  words: projectWord,
  about: 'Everything about one project.',
  flags: {},
  prepare: (invocation) => async (session) =>
    answerDetails(session, await session.client.projects.get({ ref: onlyWord(invocation) })),
});

const edit = defineCommand({
  name: 'projects edit',
  words: projectWord,
  about: 'Change name, models, aliases, model server or what new keys begin with.',
  flags: { name: { value: 'NAME', about: 'A new name.' }, ...projectFlags },
  prepare(invocation) {
    const name = invocation.flags.text('name');
    const { aliases, defaults, named, ...fields } = parseProjectFields(invocation.flags);
    if (!named && name === undefined) throw new UsageError('Say what to change, for instance --models a,b.');
    return async (session) => {
      // By id from here on: what is merged must go back to where it came from.
      const before = await session.client.projects.get({ ref: onlyWord(invocation) });
      const project = await session.client.projects.edit({
        ref: before.id,
        name,
        ...fields,
        aliases: withAliases(before.aliases, aliases),
        defaults: withDefaults(before.defaults, defaults),
      });
      await answerDetails(session, project);
    };
  },
});

const remove = defineCommand({
  name: 'projects delete',
  words: projectWord,
  about: 'Delete a project without keys; its usage keeps its name.',
  flags: {},
  prepare:
    (invocation) =>
    async ({ client, out }) => {
      const project = await client.projects.delete({ ref: onlyWord(invocation) });
      out.answer(project, () => `The project ${projectTitle(project)} is deleted.`);
    },
});

type ProjectCall = (client: ContractClient, ref: string) => Promise<ProjectFacts>;

function projectAction(name: string, about: string, done: string, call: ProjectCall): Command {
  return defineCommand({
    name: `projects ${name}`,
    words: projectWord,
    about,
    flags: {},
    prepare:
      (invocation) =>
      async ({ client, out }) => {
        const project = await call(client, onlyWord(invocation));
        out.answer(project, () => `The project ${projectTitle(project)} ${done}.`);
      },
  });
}

async function answerDetails({ client, out }: Session, project: ProjectFacts): Promise<void> {
  const upstreams = out.json || project.upstreamId === null ? [] : await client.upstreams.list();
  const own = upstreams.find(({ id }) => id === project.upstreamId);
  out.answer(project, () => projectDetails(project, out, own?.name));
}

export const projectsCommands: readonly Command[] = [
  create,
  list,
  show,
  edit,
  projectAction(
    'archive',
    'Refuse all its keys and end what they are running; nothing is lost.',
    'is archived, and its keys are refused',
    (client, ref) => client.projects.archive({ ref }),
  ),
  projectAction('unarchive', 'Let its keys in again.', 'is in use again', (client, ref) =>
    client.projects.unarchive({ ref }),
  ),
  remove,
];
