// Stage between body and authorize: what the caller's project makes of the request. Puts the model in the place of an alias,
// holds it against the project's models, and says which upstreams there are for it. Sends and rewrites nothing itself.

import { KeyhatchError } from '../../shared/errors.ts';
import { compilePatterns, withoutLatest } from '../../shared/model-patterns.ts';
import { cloudWords, isCloudModel } from './body-policy.ts';
import type { Bodied, Projected } from './exchange.ts';
import type { GatewayProject, ProjectRegistry, UpstreamRegistry } from './ports.ts';
import { modelSegment } from './route.ts';

export type ProjectPorts = {
  readonly projects: ProjectRegistry;
  readonly upstreams: UpstreamRegistry;
};

/** @throws KeyhatchError `model_not_allowed`, `project_upstream_gone` */
export function applyProject(bodied: Bodied, ports: ProjectPorts): Projected {
  const key = bodied.caller.kind === 'key' ? bodied.caller.key : undefined;
  const project = key?.projectId ? ports.projects.get(key.projectId) : undefined;
  const namedModel = bodied.body.facts.model;
  if (!key || !project)
    return { ...bodied, project: undefined, upstreams: ports.upstreams, wireModel: undefined, namedModel };
  const aliased = withoutAlias(bodied, project);
  checkModels(aliased, project, key.name);
  const upstreams = upstreamsOf(project, ports);
  return { ...(project.echo ? forEcho(aliased, upstreams) : aliased), project, upstreams, namedModel };
}

// The echo model answers to no name but its own; the key and the row keep to the model that was asked for.
function forEcho(bodied: Rewritten, upstreams: UpstreamRegistry): Rewritten {
  const [model] = upstreams.fallback()?.models ?? [];
  if (model === undefined || modelOf(bodied) === undefined) return bodied;
  if (bodied.route.names === 'model-in-path') return { ...bodied, upstreamPath: pathTo(bodied, model) };
  // It takes no forms, and says so itself.
  return bodied.body.facts.isJson ? { ...bodied, wireModel: model } : bodied;
}

function modelOf({ route, pathArgument, body }: Bodied): string | undefined {
  return route.names === 'model-in-path' ? pathArgument : body.facts.model;
}

type Rewritten = Bodied & Pick<Projected, 'wireModel'>;

function pathTo({ upstreamPath }: Bodied, model: string): string {
  return upstreamPath.slice(0, upstreamPath.lastIndexOf('/') + 1) + modelSegment(model);
}

function withoutAlias(bodied: Bodied, project: GatewayProject): Rewritten {
  const named = modelOf(bodied);
  const model = named === undefined ? undefined : project.aliases.get(named);
  if (model === undefined) return { ...bodied, wireModel: undefined };
  if (bodied.route.names === 'model-in-path') {
    return { ...bodied, pathArgument: model, upstreamPath: pathTo(bodied, model), wireModel: undefined };
  }
  const { facts } = bodied.body;
  // Rights go by what is asked of the model server, whatever name stands for it.
  const needs = isCloudModel(model) ? new Map([...facts.needs, ['cloud', cloudWords] as const]) : facts.needs;
  return { ...bodied, body: { ...bodied.body, facts: { ...facts, model, needs } }, wireModel: model };
}

function checkModels(bodied: Bodied, project: GatewayProject, keyName: string): void {
  const { names } = bodied.route;
  if (project.models === null || names === 'nothing' || names === 'response-in-path') return;
  for (const model of [modelOf(bodied), ...bodied.body.facts.otherModels]) checkProjectModel(project, model, keyName);
}

/** @throws KeyhatchError `model_not_allowed` */
export function checkProjectModel(project: GatewayProject, model: string | undefined, keyName: string): void {
  if (project.models === null || (model !== undefined && projectMayUse(project, model))) return;
  const details = {
    name: keyName,
    model: (model ?? '(none named)').slice(0, 120),
    allowed: [...project.models].slice(0, 20).join(', '),
  };
  throw new KeyhatchError('model_not_allowed', { details });
}

/** Whether a project's models name this one; they are read as those of keys are. */
export function projectMayUse(project: GatewayProject | undefined, model: string): boolean {
  if (!project || project.models === null) return true;
  return compilePatterns(project.models)(model);
}

export function isSameModel(one: string, other: string): boolean {
  return withoutLatest(one) === withoutLatest(other);
}

/** The model servers that there are for it. @throws KeyhatchError `project_upstream_gone` */
export function upstreamsOf(project: GatewayProject, { upstreams, projects }: ProjectPorts): UpstreamRegistry {
  if (!project.echo && project.upstreamId === null) return upstreams;
  const only = project.echo ? projects.echo() : upstreams.list().find(({ id }) => id === project.upstreamId);
  // Never another one instead: a test project must not spend what a production model costs.
  if (!only) throw new KeyhatchError('project_upstream_gone', { details: { project: project.name } });
  return { list: () => [only], fallback: () => only };
}
