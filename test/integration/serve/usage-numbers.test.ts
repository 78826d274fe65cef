// One set of numbers, whoever tells it: the database, the contract, the command line's tables and its files.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { connectControl } from '../../../electron/control/control-client.ts';
import type { UsageReport } from '../../../shared/usage-model.ts';
import { type KeyhatchProcess, startCommand, startKeyhatch } from '../../fakes/keyhatch-process.ts';
import { csvRecords } from '../../fakes/parse-csv.ts';

async function usedInstance() {
  const instance = await startKeyhatch({ args: ['--echo'] });
  onTestFinished(instance.close);
  const keys = [
    await instance.createKey('--name', 'laptop'),
    await instance.createKey('--name', '=phone', '--models', 'echo'),
  ];
  for (const [index, { key }] of [...keys, ...keys, ...keys, ...keys.slice(0, 1)].entries()) {
    const more = { model: 'echo', stream: index % 3 === 0, messages: [{ role: 'user', content: `hello ${index}` }] };
    await (await chatAs(instance, key, more, index % 2 === 0 ? '@SUM(1+1)*cmd' : 'curl/8.1')).text();
  }
  await (await instance.chat(keys[1]?.key ?? '', { model: 'not there' })).text();
  const connection = await connectControl({ dataDir: instance.dataDir });
  if (!connection) throw new Error('nothing runs there');
  onTestFinished(connection.close);
  return { instance, keys, client: connection.client };
}

function chatAs(instance: KeyhatchProcess, key: string, body: object, userAgent: string): Promise<Response> {
  return fetch(`${instance.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'user-agent': userAgent },
    body: JSON.stringify(body),
  });
}

type Line = {
  readonly key: string | null;
  readonly requests: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
};
const byKey = (a: Line, b: Line) => String(a.key).localeCompare(String(b.key));

function linesInDatabase(dataDir: string): Line[] {
  const db = new DatabaseSync(join(dataDir, 'keyhatch.db'), { readOnly: true });
  try {
    return db
      .prepare(`
        SELECT key_id AS key, count(*) AS requests, sum(coalesce(tokens_in, 0)) AS tokensIn,
          sum(coalesce(tokens_out, 0)) AS tokensOut FROM requests GROUP BY key_id`)
      .all()
      .map((row) => ({ ...row }) as Line)
      .sort(byKey);
  } finally {
    db.close();
  }
}

test('numbers of the command line, its files, the contract and the database are the same', async () => {
  const { instance, client, keys } = await usedInstance();
  const series = await client.usage.series({ sinceMs: 3_600_000, by: 'key' });
  const expected = linesInDatabase(instance.dataDir);
  expect(expected.reduce((all, { requests }) => all + requests, 0)).toBe(8);

  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const fromSeries = series.groups.map(({ group, requests, tokensIn, tokensOut }) => ({
    key: group,
    requests: sum(requests),
    tokensIn: sum(tokensIn),
    tokensOut: sum(tokensOut),
  }));
  expect(fromSeries.sort(byKey)).toEqual(expected);

  const report = await instance.json<UsageReport>(['usage', '--by', 'key', '--since', '1h']);
  const fromReport = report.lines.map(({ group, requests, tokensIn, tokensOut }) => ({
    key: group,
    requests,
    tokensIn,
    tokensOut,
  }));
  expect(fromReport.sort(byKey)).toEqual(expected);

  for (const every of ['whole', 'day', 'hour']) {
    const { stdout } = await instance.cli(['usage', '--by', 'key', '--since', '1h', '--csv', '--every', every]);
    const summed = new Map<string, Line>();
    for (const line of csvRecords(stdout)) {
      const key = line['group'] ?? '';
      const before = summed.get(key) ?? { key, requests: 0, tokensIn: 0, tokensOut: 0 };
      summed.set(key, {
        key,
        requests: before.requests + Number(line['requests']),
        tokensIn: before.tokensIn + Number(line['tokens_in']),
        tokensOut: before.tokensOut + Number(line['tokens_out']),
      });
    }
    expect([...summed.values()].sort(byKey), every).toEqual(expected);
  }

  const lifetime = await client.usage.lifetime({ by: 'key' });
  const fromLifetime = lifetime.lines.map(({ group, ever }) => ({
    key: group,
    requests: ever.requests,
    tokensIn: ever.tokensIn,
    tokensOut: ever.tokensOut,
  }));
  expect(fromLifetime.sort(byKey)).toEqual(expected);

  const { week } = await client.usage.details({ sinceMs: 3_600_000, keyId: keys[0]?.id });
  expect(sum(week.requests.flat())).toBe(expected.find(({ key }) => key === keys[0]?.id)?.requests);
});

test('requests as files hold each request once, and no formula that a caller wrote', async () => {
  const { instance, keys } = await usedInstance();
  const csv = csvRecords((await instance.cli(['requests', '--csv'])).stdout);
  const json = await instance.json<Record<string, unknown>[]>(['requests']);
  expect(csv.map(({ id }) => id)).toEqual(json.map(({ id }) => id));
  expect(new Set(csv.map(({ id }) => id)).size).toBe(8);
  expect(new Set(csv.map(({ user_agent: agent }) => agent))).toContain("'@SUM(1+1)*cmd");
  expect(json.map((row) => row['user_agent'])).toContain('@SUM(1+1)*cmd');
  expect(new Set(csv.map(({ key_name: name }) => name))).toEqual(new Set(['laptop', "'=phone"]));
  for (const [index, row] of csv.entries()) {
    const { tokens_out: out, received_at: at, streamed } = json[index] ?? {};
    expect([row['tokens_out'], row['received_at'], row['streamed']]).toEqual([
      out === null ? '' : String(out),
      at,
      String(streamed),
    ]);
  }
  const refused = csvRecords(
    (await instance.cli(['requests', '--csv', '--outcome', 'refused', '--key', keys[1]?.id ?? ''])).stdout,
  );
  expect(refused.map(({ model, error_code: code }) => [model, code])).toEqual([['not there', 'model_not_allowed']]);
});

test('requests are followed as they end, until Ctrl+C, which is no failure', async () => {
  const instance = await startKeyhatch({ args: ['--echo'] });
  onTestFinished(instance.close);
  const [laptop, phone] = [await instance.createKey('--name', 'laptop'), await instance.createKey('--name', 'phone')];
  const lines = startCommand(['requests', '--follow'], instance.profile);
  const objects = startCommand(['requests', '--follow', '--json', '--key', 'phone'], instance.profile);
  await Promise.all([lines.said('Waiting for requests'), objects.said('Waiting for requests')]);
  for (const { key } of [laptop, phone]) await (await instance.chat(key, { model: 'echo' })).text();
  await Promise.all([lines.said('phone  echo  ok 200'), objects.said('"key_name":"phone"')]);
  expect(await lines.stop('SIGINT')).toBe(0);
  expect(await objects.stop('SIGINT')).toBe(0);
  expect(lines.stdout()).toContain('laptop  echo  ok 200');
  expect(
    objects
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).key_id),
  ).toEqual([phone.id]);
});

test('the counters of a key begin anew, and everything else stays', async () => {
  const { instance, client, keys } = await usedInstance();
  const [{ id, key }] = keys as [{ id: string; key: string }];
  expect((await instance.cli(['keys', 'reset-counters', 'laptop', '--yes'])).code).toBe(0);
  await (await instance.chat(key, { model: 'echo' })).text();
  const [line] = (await client.usage.lifetime({ by: 'key', keyId: id })).lines;
  expect([line?.counted.requests, line?.ever.requests]).toEqual([1, 5]);
  expect(line?.countedSince).toBe((await client.keys.get({ ref: id })).countedSince);
  const report = await instance.json<UsageReport>(['usage', '--since', '1h']);
  expect(report.lines.find(({ group }) => group === id)?.requests).toBe(5);
  await instance.stop();
  const again = await instance.profile.start({ args: ['--echo'] });
  const later = await again.json<{ readonly countedSince: number }>(['keys', 'show', id]);
  expect(later.countedSince).toBe(line?.countedSince);
});
