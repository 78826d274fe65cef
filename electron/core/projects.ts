// What people do with projects: make, change, archive, delete. All of them are in memory, because the gateway asks on every
// request; a project that is not there or cannot be read lets nothing of its keys pass.

import { KeyhatchError } from '../../shared/errors.ts';
import type { BudgetState, TopUp } from '../../shared/limit-model.ts';
import {
  type NewProject,
  type ProjectEdit,
  type ProjectFacts,
  projectColours,
  usualRules,
} from '../../shared/project-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { ProjectBudgets } from './budget-warnings.ts';
import type { RecordHistory } from './history.ts';
import { withTopUp } from './top-ups.ts';

/** A project as storage keeps it. */
export type KeptProject = Readonly<Omit<ProjectFacts, 'keys' | 'budgetStates'>>;

export type ProjectPorts = {
  readonly store: {
    readonly list: () => readonly KeptProject[];
    readonly put: (project: KeptProject) => void;
    readonly remove: (id: string, nowMs: number) => void;
    /** Also of a deleted one. */
    readonly nameOf: (id: string) => string | undefined;
  };
  /** Ids of the keys that are in a project now. */
  readonly keysOf: (projectId: string) => readonly string[];
  /** Its budgets as they stand. */
  readonly budgets: (projectId: string) => readonly BudgetState[];
  /** The id of an upstream that people name so. @throws KeyhatchError `upstream_not_found`, `name_ambiguous` */
  readonly upstreamId: (ref: string) => string;
  readonly makeId: () => string;
  readonly clock: Clock;
  readonly record: RecordHistory;
  /** Told after every change, so that running requests are looked at and windows hear of it. */
  readonly onChange: (projectId: string) => void;
};

export type Projects = {
  readonly create: (input: NewProject) => ProjectFacts;
  readonly list: () => ProjectFacts[];
  /** @throws KeyhatchError `project_not_found`, `name_ambiguous` */
  readonly get: (ref: string) => ProjectFacts;
  readonly edit: (input: ProjectEdit) => ProjectFacts;
  /** Adds to a budget until the top-up ends. @throws KeyhatchError `budget_missing` */
  readonly topUp: (ref: string, add: TopUp) => ProjectFacts;
  readonly setArchived: (ref: string, archived: boolean) => ProjectFacts;
  /** @throws KeyhatchError `project_has_keys` */
  readonly delete: (ref: string) => ProjectFacts;
  /** By id, from memory; undefined once it is deleted. */
  readonly find: (id: string) => KeptProject | undefined;
  /** What people are shown for a project that usage names: also of a deleted one, and of a label from before projects. */
  readonly nameOf: (id: string) => string;
  readonly factsOf: (id: string) => ProjectFacts | undefined;
  /** Those in use that have budgets, and how these stand. */
  readonly inBudget: () => readonly ProjectBudgets[];
  /** Takes over what storage now says of all of them. @returns the ids of those that were there or are */
  readonly reload: () => readonly string[];
};

export function createProjects(ports: ProjectPorts): Projects {
  const { store, clock, record } = ports;
  const projects = new Map<string, KeptProject>();
  reload();

  function reload(): readonly string[] {
    const before = [...projects.keys()];
    projects.clear();
    for (const project of store.list()) projects.set(project.id, project);
    return [...new Set([...before, ...projects.keys()])];
  }

  const facts = (project: KeptProject): ProjectFacts => ({
    ...project,
    keys: ports.keysOf(project.id).length,
    budgetStates: [...ports.budgets(project.id)],
  });

  function resolve(ref: string): KeptProject {
    const exact = projects.get(ref);
    if (exact) return exact;
    const fits = [...projects.values()].filter(({ name }) => name.toLowerCase() === ref.toLowerCase());
    const [only, ...others] = fits;
    if (!only) throw new KeyhatchError('project_not_found', { details: { ref } });
    if (others.length > 0)
      throw new KeyhatchError('name_ambiguous', { details: { ref, ids: fits.map(({ id }) => id).join(', ') } });
    return only;
  }

  function refuseTaken(name: string, ownId: string): void {
    const holder = [...projects.values()].find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (holder && holder.id !== ownId) throw new KeyhatchError('name_taken', { details: { name } });
  }

  function put(action: string, project: KeptProject): ProjectFacts {
    const before = projects.get(project.id);
    store.put(project);
    projects.set(project.id, project);
    record({ action, subject: subjectOf(project), before, after: project });
    ports.onChange(project.id);
    return facts(project);
  }

  function changed(project: KeptProject, input: Omit<ProjectEdit, 'ref'>): KeptProject {
    const environment = input.environment ?? project.environment;
    if (input.echo === true && environment !== 'test') {
      const reason = 'The echo model answers for projects of the test environment alone';
      throw new KeyhatchError('input_invalid', { details: { reason } });
    }
    return {
      ...project,
      name: input.name ?? project.name,
      colour: input.colour ?? project.colour,
      environment,
      defaults: input.defaults ?? project.defaults,
      models: input.models === undefined ? project.models : input.models,
      aliases: input.aliases ?? project.aliases,
      upstreamId:
        input.upstream === undefined
          ? project.upstreamId
          : input.upstream === null
            ? null
            : ports.upstreamId(input.upstream),
      echo: environment === 'test' && (input.echo ?? project.echo),
      budgets: input.budgets ?? project.budgets,
      readable: true,
    };
  }

  return {
    create(input) {
      refuseTaken(input.name, '');
      const colour = projectColours[projects.size % projectColours.length] ?? 'grey';
      const fresh = { id: ports.makeId(), createdAt: clock.now(), archivedAt: null, readable: true, colour };
      return put('created', changed({ ...usualRules, ...fresh, name: input.name, environment: 'production' }, input));
    },
    list: () => [...projects.values()].map(facts),
    get: (ref) => facts(resolve(ref)),
    edit({ ref, ...input }) {
      const project = resolve(ref);
      if (input.name !== undefined) refuseTaken(input.name, project.id);
      return put('edited', changed(project, input));
    },
    topUp(ref, add) {
      const project = resolve(ref);
      const topUps = withTopUp({ kind: 'project', ...project }, add, clock.now());
      return put('topped_up', { ...project, topUps });
    },
    setArchived(ref, archived) {
      const project = resolve(ref);
      if (archived === (project.archivedAt !== null)) return facts(project);
      return put(archived ? 'archived' : 'unarchived', { ...project, archivedAt: archived ? clock.now() : null });
    },
    delete(ref) {
      const project = resolve(ref);
      const count = ports.keysOf(project.id).length;
      if (count > 0) {
        const details = { name: project.name, keys: count === 1 ? 'a key' : `${count} keys` };
        throw new KeyhatchError('project_has_keys', { details });
      }
      store.remove(project.id, clock.now());
      projects.delete(project.id);
      record({ action: 'deleted', subject: subjectOf(project), before: project });
      ports.onChange(project.id);
      return facts(project);
    },
    find: (id) => projects.get(id),
    nameOf: (id) => projects.get(id)?.name ?? store.nameOf(id) ?? id,
    factsOf(id) {
      const project = projects.get(id);
      return project && facts(project);
    },
    inBudget: () =>
      [...projects.values()]
        .filter(({ archivedAt, budgets }) => archivedAt === null && budgets.length > 0)
        .map(({ id, name }) => ({ name, budgets: ports.budgets(id) })),
    reload,
  };
}

function subjectOf({ id, name }: KeptProject) {
  return { kind: 'project', id, name } as const;
}
