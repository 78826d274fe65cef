// How projects look on a terminal: the list, and one in full.

import type { ProjectFacts } from '../../../shared/project-model.ts';
import { type Output, visible } from '../output.ts';
import { textPairs, textTable } from '../text-table.ts';
import { budgetText, stateText } from './limit-text.ts';

export function projectTable(projects: readonly ProjectFacts[], { paint, when }: Output): string {
  if (projects.length === 0) return 'There are no projects yet. Make one: keyhatch projects create --name NAME';
  return textTable<ProjectFacts>(
    [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'KEYS', cell: ({ keys }) => String(keys), align: 'right' },
      { title: 'ENVIRONMENT', cell: environmentText },
      { title: 'STATUS', cell: ({ archivedAt }) => (archivedAt === null ? 'in use' : 'archived') },
      { title: 'MODELS', cell: ({ models }) => listText(models) },
      { title: 'MADE', cell: ({ createdAt }) => when(createdAt, '–') },
    ],
    projects,
    (text) => paint('dim', text),
  );
}

/** @param upstreamName what people call its own model server */
export function projectDetails(project: ProjectFacts, { paint, when }: Output, upstreamName?: string): string {
  const { defaults } = project;
  const aliases = Object.entries(project.aliases).map(([name, model]) => `${name} → ${model}`);
  const pairs: (readonly [string, string])[] = [
    ['Id', project.id],
    ['Colour', project.colour],
    ['Environment', environmentText(project)],
    ['Made', when(project.createdAt, '–')],
    ['Keys', String(project.keys)],
    ['Models', listText(project.models)],
    ['Aliases', aliases.join(', ') || '–'],
    ['Model server', project.echo ? 'the echo model' : (upstreamName ?? project.upstreamId ?? 'any')],
    ['New keys', defaultsText(defaults)],
    ['Budgets', project.budgets.map(budgetText).join(', ') || '–'],
    ...project.budgetStates.map((state) => ['', stateText(state, when)] as const),
  ];
  if (project.archivedAt !== null) pairs.push(['Archived', when(project.archivedAt, '–')]);
  if (!project.readable) pairs.push(['', 'Its rules could not be read, so its keys are refused: set them anew.']);
  return `${paint('bold', visible(project.name))}\n${textPairs(pairs.map(([name, value]) => [name, visible(value)]))}`;
}

/** `"home" (aB3dE5fG)`, as sentences name a project. */
export function projectTitle({ id, name }: ProjectFacts): string {
  return `"${visible(name)}" (${id})`;
}

const environmentText = ({ environment, echo }: ProjectFacts) => (echo ? `${environment}, echo` : environment);
const listText = (models: readonly string[] | null) => (models === null ? 'as each key says' : models.join(', '));

function defaultsText({ rpm, parallel, models, expiresInMs, policy }: ProjectFacts['defaults']): string {
  const limit = (value: number | null, unit: string) => (value === null ? `any number ${unit}` : `${value} ${unit}`);
  const days = (ms: number) => `${Math.round(ms / 86_400_000)} days`;
  const parts = [
    ...(rpm === undefined ? [] : [limit(rpm, 'requests a minute')]),
    ...(parallel === undefined ? [] : [limit(parallel, 'at once')]),
    ...(models === undefined ? [] : [models === null ? 'all models' : `models ${models.join(', ')}`]),
    ...(expiresInMs === undefined ? [] : [expiresInMs === null ? 'no end' : `end after ${days(expiresInMs)}`]),
    ...(policy?.rotateEveryDays ? [`rotate every ${policy.rotateEveryDays} days`] : []),
    ...(policy?.operations ? [policy.operations.join(', ')] : []),
  ];
  return parts.join(', ') || 'as the settings say';
}
