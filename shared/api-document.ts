// The OpenAPI document of the admin API as its readers take it: the page in the dashboard and the text in docs/ are made of
// the same list of operations. Reads what api/openapi-document.ts wrote. Pure.

import { apiPrefix } from './api-route.ts';

type Schema = Readonly<{
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  $ref?: string;
  default?: unknown;
}>;

type Media = Readonly<{ 'application/json'?: Readonly<{ schema?: Schema; example?: unknown }> }>;

type Parameter = Readonly<{
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
  example?: unknown;
}>;

export type ApiOperationObject = Readonly<{
  operationId: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  parameters?: readonly Parameter[];
  requestBody?: Readonly<{ required?: boolean; content: Media }>;
  responses: Readonly<Record<string, Readonly<{ description?: string; content?: Media; $ref?: string }>>>;
}>;

export type ApiDocument = Readonly<{
  openapi: string;
  info: Readonly<{ title: string; version: string; description?: string }>;
  servers: readonly Readonly<{ url: string }>[];
  tags: readonly Readonly<{ name: string; description: string }>[];
  paths: Readonly<Record<string, Readonly<Record<string, ApiOperationObject>>>>;
  components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}>;

export type ApiField = {
  readonly name: string;
  /** `path`, `query` or `body`. */
  readonly place: string;
  readonly type: string;
  readonly required: boolean;
};

export type ApiOperation = {
  readonly id: string;
  readonly method: string;
  /** Whole, with the prefix. */
  readonly path: string;
  readonly summary: string;
  readonly about: string | null;
  readonly fields: readonly ApiField[];
  /** What it answers with, in a word or two. */
  readonly answers: string;
  /** A path with its parameters filled in, and what to send there. */
  readonly example: { readonly path: string; readonly body: unknown };
};

export type ApiSection = { readonly tag: string; readonly about: string; readonly operations: readonly ApiOperation[] };

/** By tag, in the document's order. */
export function sectionsOf(document: ApiDocument): readonly ApiSection[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ operation, read: operationOf(path, method, operation) })),
  );
  return document.tags.map(({ name, description }) => ({
    tag: name,
    about: description,
    operations: all.filter(({ operation }) => operation.tags.includes(name)).map(({ read }) => read),
  }));
}

function operationOf(path: string, method: string, operation: ApiOperationObject): ApiOperation {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content['application/json'];
  const inBody = Object.entries(body?.schema?.properties ?? {}).map(([name, schema]) => ({
    name,
    place: 'body',
    type: typeText(schema),
    required: body?.schema?.required?.includes(name) ?? false,
  }));
  const inUrl = parameters.map(({ name, in: place, schema = {}, required = false }) => ({
    name,
    place,
    type: typeText(schema),
    required,
  }));
  const answer = (responses['200'] ?? responses['201'])?.content?.['application/json']?.schema;
  return {
    id: operationId,
    method: method.toUpperCase(),
    path: `${apiPrefix}${path}`,
    summary,
    about: description ?? null,
    fields: [...inUrl, ...inBody],
    answers: typeText(answer ?? {}),
    example: { path: `${apiPrefix}${filledPath(path, parameters)}`, body: body?.example },
  };
}

function filledPath(path: string, parameters: readonly Parameter[]): string {
  const text = (value: unknown) => encodeURIComponent(String(value));
  const given = parameters.filter(({ example }) => example !== undefined);
  const filled = given.reduce((so, { name, example }) => so.replace(`{${name}}`, text(example)), path);
  const query = given.filter((one) => one.in === 'query').map(({ name, example }) => `${name}=${text(example)}`);
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

const scalars: Readonly<Record<string, string>> = { integer: 'whole number', boolean: 'true or false', string: 'text' };

/** A schema in a few words; what is deeper stands in the document itself. */
function typeText(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeText))].join(' or ');
  const types = [schema.type ?? 'anything'].flat();
  return types
    .map((type) => (type === 'array' ? `list of ${typeText(schema.items ?? {})}` : (scalars[type] ?? type)))
    .join(' or ');
}

/** The example as a command for a shell. The key comes out of a file, so that no history of the shell has it. */
export function curlText({ method, example }: ApiOperation, baseUrl: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const lines = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${quoted(`${baseUrl}${example.path}`)}`,
    `-H "Authorization: Bearer $(cat admin.key)"`,
  ];
  if (example.body !== undefined)
    lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(example.body))}`);
  return lines.join(' \\\n  ');
}
