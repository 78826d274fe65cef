// What docs/ says of the metrics is what is told: every metric in the list, and every one that the example dashboard asks for.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { asObject, objectsIn } from '../../../electron/lib/json-shape.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import { createMetrics } from '../../../electron/metrics/metrics.ts';
import { type Exposition, readExposition } from '../../fakes/exposition-reader.ts';
import { requestRow } from '../storage/fixtures/open-profile.ts';

const docs = (name: string) => readFileSync(resolve(import.meta.dirname, '../../../docs', name), 'utf8');
const dashboard = JSON.parse(docs('grafana-dashboard.json')) as Readonly<Record<string, unknown>>;
const panels = objectsIn(dashboard['panels']);
const variables = objectsIn(asObject(dashboard['templating'])?.['list']);
const expressions = panels.flatMap(({ targets }) => objectsIn(targets).map(({ expr }) => String(expr)));

async function told(): Promise<Exposition> {
  const metrics = createMetrics({
    version: '1.2.3',
    shell: 'serve',
    settings: () => ({ 'metrics.keyNames': true }),
    names: { isModel: () => true, upstreamName: (id) => id, keyName: (id) => id },
    running: () => 0,
    queued: () => 0,
    lost: () => 0,
    upstreams: () => [{ id: 'u', name: 'Ollama', kind: 'ollama', health: 'up' }],
    log: silentLog,
  });
  metrics.request(requestRow('ok'));
  metrics.request(requestRow('untold', { tokenSource: 'estimated', unmetered: 'no_numbers', queuedMs: 20 }));
  metrics.stranger('key_unknown');
  return readExposition(await metrics.text());
}

test('the list of metrics is all of them, each with its type and its labels', async () => {
  const rows = [...docs('metrics.md').matchAll(/^\| `([a-z_]+)` \| (\w+) \| (.*?) \| /gm)];
  const listed = rows.map(([, name, type, labels = '']) => [
    name,
    type,
    [...labels.matchAll(/`(\w+)`/g)].map(([, one]) => one),
  ]);
  const all = [...(await told())].map(([name, { type, series }]) => {
    const [first] = series;
    return [name, type, Object.keys(first?.labels ?? {}).filter((label) => label !== 'le')];
  });
  expect(listed).toEqual(all);
});

test('every metric and label that the dashboard asks for is there', async () => {
  const all = await told();
  const queries = [...expressions, ...variables.map(({ definition }) => String(definition ?? ''))].filter(Boolean);
  expect(queries.length).toBeGreaterThan(15);
  const asked = queries.flatMap((query) => [
    ...query.matchAll(/\b((?:keyhatch|process)_\w+?)(?:_bucket)?\b(?:\{([^}]*)\})?/g),
  ]);
  for (const [query, name = '', selector = ''] of asked) {
    const family = all.get(name);
    expect(family, query).toBeDefined();
    const known = new Set([...(family?.series.flatMap(({ labels }) => Object.keys(labels)) ?? []), 'instance']);
    for (const [, label = ''] of selector.matchAll(/(\w+)\s*(?:=~|!=|=)/g)) expect(known, query).toContain(label);
  }
  expect(new Set(asked.map(([, name]) => name)).size).toBeGreaterThan(12);
});

test('the dashboard can be imported anywhere: one data source, chosen there, and no panel twice in one place', () => {
  expect(variables.map(({ type, name }) => [type, name])).toContainEqual(['datasource', 'datasource']);
  const sources = [...docs('grafana-dashboard.json').matchAll(/"uid": "([^"]+)"/g)].map(([, uid]) => uid);
  expect(sources.length).toBeGreaterThan(panels.length);
  expect(sources.filter((uid) => uid !== 'keyhatch' && !/^\$\{datasource\}$/.test(uid ?? ''))).toEqual([]);
  expect(dashboard['id']).toBeUndefined();
  const ids = panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cells = panels.flatMap(({ gridPos }) => {
    const { x, y, w, h } = asObject(gridPos) as Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
    expect(x + w).toBeLessThanOrEqual(24);
    return Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`);
  });
  expect(new Set(cells).size).toBe(cells.length);
});
