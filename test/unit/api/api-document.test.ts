// The OpenAPI document of the admin API: it keeps the rules of 3.1, says what every call takes, and leaves none out by
// oversight. And docs/api.md says the same.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isContractProcedure } from '@orpc/contract';
import { expect, test } from 'vitest';
import type * as z from 'zod';
import { callOf, createApiDocument } from '../../../electron/api/openapi-document.ts';
import { valuesOf } from '../../../electron/api/url-values.ts';
import { apiText } from '../../../resources/api-docs/api-text.ts';
import { curlText, sectionsOf } from '../../../shared/api-document.ts';
import { apiRoutes } from '../../../shared/api-routes.ts';
import { notForPrograms } from '../../../shared/api-unrouted.ts';
import { contract } from '../../../shared/contract.ts';

const root = join(import.meta.dirname, '../../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const document = await createApiDocument({ version })();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

function callsIn(part: object, above: readonly string[] = []): string[] {
  if (isContractProcedure(part)) return [above.join('.')];
  return Object.entries(part).flatMap(([name, below]) => callsIn(below as object, [...above, name]));
}

test('every call has a route or a reason why it has none, and not both', () => {
  const listed = [...apiRoutes.keys(), ...Object.keys(notForPrograms)];
  expect(listed.sort()).toEqual(callsIn(contract).sort());
  expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual([...apiRoutes.keys()].sort());
  for (const reason of Object.values(notForPrograms)) expect(reason.length).toBeGreaterThan(10);
});

test('what makes keys of the owner’s machine or replaces everything has no route', () => {
  for (const name of apiRoutes.keys()) {
    const { access } = callOf(name)['~orpc'].meta as { readonly access: string };
    expect(access, name).not.toBe('machine');
  }
});

test('it is OpenAPI 3.1 of this version, and names nobody’s profile', () => {
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(document.info).toMatchObject({ title: 'Keyhatch admin API', version });
  expect(document.servers).toEqual([{ url: '/api/v1' }]);
  expect(JSON.stringify(document)).not.toMatch(/\/home\/|\/tmp\//);
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to ?? '');
  expect(references.length).toBeGreaterThan(100);
  for (const reference of new Set(references)) {
    const found = reference
      .slice('#/'.length)
      .split('/')
      .reduce<unknown>((part, step) => (part as Record<string, unknown> | undefined)?.[step], document);
    expect(found, reference).toBeTypeOf('object');
  }
});

test('every operation has a name of its own, a summary, a tag that is explained, and says how it refuses', () => {
  const tags = document.tags.map(({ name }) => name);
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  for (const { path, operation } of operations) {
    expect(operation.summary, path).toMatch(/^[A-Z]/);
    expect(tags, path).toEqual(expect.arrayContaining([...operation.tags]));
    expect(operation.tags, path).toHaveLength(1);
    expect(Object.keys(operation.responses), path).toEqual(expect.arrayContaining(['400', '401', '403', 'default']));
    expect(operation.responses['200'] ?? operation.responses['201'], path).toBeDefined();
  }
});

test('every name in a path is a parameter that must be there, and no parameter stands twice', () => {
  for (const { path, operation } of operations) {
    const inPath = operation.parameters?.filter((one) => one.in === 'path') ?? [];
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(inPath.map(({ name }) => name).sort(), path).toEqual(named.sort());
    for (const { required } of inPath) expect(required, path).toBe(true);
    const all = operation.parameters?.map(({ name, in: place }) => `${place} ${name}`) ?? [];
    expect(new Set(all).size, path).toBe(all.length);
    for (const one of operation.parameters ?? []) expect(one.schema, `${path} ${one.name}`).toBeTypeOf('object');
  }
});

test('only an admin key opens it, in either of two headers', () => {
  expect((document as unknown as { readonly security: unknown }).security).toEqual([{ bearer: [] }, { header: [] }]);
  expect(document.components['securitySchemes']).toMatchObject({
    bearer: { type: 'http', scheme: 'bearer' },
    header: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  });
});

test('every example is what its call takes, also when it comes out of a URL', () => {
  const examples = [...apiRoutes].filter(([, { example }]) => example !== undefined);
  expect(examples.length).toBeGreaterThan(30);
  for (const [name, { example = {} }] of examples) {
    const operation = operations.find((one) => one.operation.operationId === name)?.operation;
    const inUrl = new Set(operation?.parameters?.map((one) => one.name));
    const asSent = Object.fromEntries(
      Object.entries(example).map(([member, value]) => [member, inUrl.has(member) ? String(value) : value]),
    );
    const schema = callOf(name)['~orpc'].inputSchema as unknown as z.ZodType;
    const read = schema.safeParse(valuesOf(asSent, operation?.parameters ?? []));
    expect(read.error?.issues, name).toBeUndefined();
  }
});

test('a command for each operation, with the key out of a file', () => {
  const all = sectionsOf(document).flatMap((section) => section.operations);
  expect(all).toHaveLength(operations.length);
  const byId = new Map(all.map((one) => [one.id, curlText(one, 'http://127.0.0.1:1236')]));
  expect(byId.get('keys.create')).toBe(
    [
      "curl -X POST 'http://127.0.0.1:1236/api/v1/keys' \\",
      '  -H "Authorization: Bearer $(cat admin.key)" \\',
      "  -H 'Content-Type: application/json' \\",
      `  -d '{"name":"laptop","rpm":60}'`,
    ].join('\n'),
  );
  expect(byId.get('usage.report')).toContain('/api/v1/usage?sinceMs=86400000&by=key');
  for (const text of byId.values()) expect(text).not.toMatch(/[{]\w+[}]/);
});

test('docs/api.md is made of it: run `npm run docs:api` after a change', () => {
  expect(readFileSync(join(root, 'docs/api.md'), 'utf8')).toBe(apiText(document));
});
