// The chain of the audit log against whoever has the database: every way to change what it says is seen, whatever a crash or
// a locked vault leaves is not taken for one, and what is broken stays so until its owner says otherwise.

import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { type Link, linkOf, walkChain } from '../../../electron/core/audit-chain.ts';
import { type AuditRun, entry, makeAuditBed, newRoot } from '../../fakes/audit-bed.ts';

const names = ['one', 'two', 'three', 'four', 'five'] as const;

/** Five entries, well ended; then what somebody does to the file; then what the next run says. */
async function afterTampering(sql: string) {
  const bed = makeAuditBed();
  const first = await bed.run();
  first.add(...names);
  await first.stop();
  bed.tamper(sql);
  const second = await bed.run();
  return { bed, run: second, report: await second.audit.verify() };
}

const renamed = (seq: number) =>
  `UPDATE history SET entry = json_replace(entry, '$.subject.name', 'somebody else') WHERE seq = ${seq}`;

describe('is intact', () => {
  test('as entries are made, and in the run after', async () => {
    const bed = makeAuditBed();
    const first = await bed.run();
    expect(await first.audit.verify()).toMatchObject({ state: 'intact', entries: 0, head: null });
    first.add(...names);
    const whole = {
      state: 'intact',
      entries: 5,
      chained: 5,
      late: 0,
      waiting: 0,
      head: { chain: 1, seq: 5 },
      broken: null,
    };
    expect(await first.audit.verify()).toMatchObject(whole);
    await first.stop();
    const second = await bed.run();
    expect(await second.audit.verify()).toMatchObject(whole);
    second.add('six');
    expect(await second.audit.verify()).toMatchObject({ ...whole, entries: 6, chained: 6, head: { chain: 1, seq: 6 } });
  });

  test('after a crash before the vault learned how far it went', async () => {
    const bed = makeAuditBed();
    const first = await bed.run();
    first.add('one', 'two');
    await first.stop();
    const second = await bed.run();
    second.add('three', 'four');
    second.crash();
    expect(JSON.parse(bed.vault.get('audit/head') ?? '')).toMatchObject({ seq: 2 });
    const third = await bed.run();
    expect(await third.audit.verify()).toMatchObject({ state: 'intact', chained: 4, late: 0 });
    third.add('five');
    await third.stop();
    expect(JSON.parse(bed.vault.get('audit/head') ?? '')).toMatchObject({ chain: 1, seq: 5 });
  });

  test('with what was made while the vault was locked, which is chained once it opens', async () => {
    const bed = makeAuditBed();
    const locked = await bed.run({ opens: false });
    locked.add('one', 'two');
    const unknown = await locked.audit.verify();
    expect(unknown).toMatchObject({ state: 'unknown', entries: 2, waiting: 2 });
    expect(unknown.says).toContain('locked');
    await locked.audit.vaultOpened();
    locked.add('three');
    expect(await locked.audit.verify()).toMatchObject({ state: 'intact', chained: 3, late: 2, waiting: 0 });
  });

  test('with entries from before there was a chain, as imported', async () => {
    const bed = makeAuditBed();
    const old = await bed.run({ opens: false });
    old.add('one', 'two');
    old.crash();
    bed.tamper("UPDATE meta SET value = '2' WHERE name = 'audit_imported'");
    const run = await bed.run();
    run.add('three');
    expect(await run.audit.verify()).toMatchObject({ state: 'intact', chained: 3, imported: 2, late: 0 });
  });

  test('in a new chain under another root, which says so and holds what was before', async () => {
    const bed = makeAuditBed();
    const first = await bed.run();
    first.add(...names);
    await first.stop();
    bed.state.root = newRoot();
    const second = await bed.run();
    expect(second.table.page({ limit: 1 }, 0).entries[0]).toMatchObject({ action: 'chain_begun' });
    second.add('seven');
    const report = await second.audit.verify();
    expect(report).toMatchObject({ state: 'intact', earlier: 5, chained: 2, head: { chain: 2, seq: 7 } });
    await second.stop();
    bed.tamper(renamed(3));
    const third = await bed.run();
    expect(await third.audit.verify()).toMatchObject({ state: 'broken', broken: { kind: 'earlier', seq: null } });
  });

  test('after a restore while it runs, whose new chain begins with what the log was before', async () => {
    for (const [tampered, found] of [
      [false, 'Every entry is as it was made'],
      [true, 'Entry 3 is not as it was made'],
    ] as const) {
      const bed = makeAuditBed();
      const run = await bed.run();
      run.add(...names);
      if (tampered) bed.tamper(renamed(3));
      bed.state.root = newRoot();
      await run.audit.vaultOpened();
      const { entries } = run.table.page({ limit: 1 }, 0);
      expect(entries[0]).toMatchObject({ action: 'chain_begun', detail: expect.stringContaining(found) });
      expect(await run.audit.verify()).toMatchObject({ state: 'intact', earlier: 5, chained: 1 });
      await run.stop();
    }
  });

  test('in a vault that forgets, in a chain of each run’s own, without a word about it', async () => {
    const bed = makeAuditBed();
    for (const forgets of [true, true, true]) {
      const run = await bed.run({ forgets });
      run.add('one');
      expect(await run.audit.verify()).toMatchObject({ state: 'intact' });
      await run.stop();
      bed.vault.clear();
      bed.state.root = newRoot();
    }
    const last = await bed.run({ forgets: true });
    expect(await last.audit.verify()).toMatchObject({
      state: 'intact',
      entries: 3,
      earlier: 3,
      chained: 0,
      head: null,
    });
  });
});

describe('is broken by', () => {
  test.each([
    ['a changed row', renamed(3), { kind: 'changed', seq: 3 }],
    ['a row with another time', 'UPDATE history SET at = at + 1 WHERE seq = 2', { kind: 'changed', seq: 2 }],
    ['a deleted row', 'DELETE FROM history WHERE seq = 2', { kind: 'missing', seq: 2 }],
    ['a row and its link deleted', deletedWithLink(2), { kind: 'missing', seq: 2 }],
    ['a row deleted and the rest moved up', movedUp(), { kind: 'cut', seq: 5 }],
    ['swapped rows', swapped(2, 4), { kind: 'changed', seq: 2 }],
    ['swapped rows and links', `${swapped(2, 4)};${swappedLinks(2, 4)}`, { kind: 'changed', seq: 2 }],
    ['a link taken out', 'DELETE FROM history_chain WHERE seq = 4', { kind: 'missing', seq: 4 }],
    ['a link of another kind', "UPDATE history_chain SET how = 'late' WHERE seq = 4", { kind: 'changed', seq: 4 }],
    ['all links taken out', 'DELETE FROM history_chain', { kind: 'cut', seq: 1 }],
    ['the oldest taken out', deletedWithLink(1), { kind: 'missing', seq: 1 }],
    ['a cut tail', `${deletedWithLink(5)};${deletedWithLink(4)}`, { kind: 'cut', seq: 4 }],
    ['a cut tail with its links left', 'DELETE FROM history WHERE seq > 3', { kind: 'cut', seq: 4 }],
    ['everything taken out', 'DELETE FROM history; DELETE FROM history_chain', { kind: 'cut', seq: 1 }],
  ])('%s', async (_what, sql, broken) => {
    const { report } = await afterTampering(sql);
    expect(report).toMatchObject({ state: 'broken', broken });
    expect(report.says).toMatch(broken.kind === 'cut' ? /older copy/ : /database itself/);
  });

  test('entries that somebody chained without the key', async () => {
    const bed = makeAuditBed();
    const first = await bed.run();
    first.add('one', 'two');
    await first.stop();
    const text = JSON.stringify({ ...entry('three'), detail: 'forged' });
    bed.tamper(`INSERT INTO history (at, entry) VALUES (1, '${text}');
      INSERT INTO history_chain VALUES (1, 3, 'at_once', '${linkOf(newRoot(), '', 1, 'at_once', { seq: 3, at: 1, entry: text }).mac}')`);
    const second = await bed.run();
    expect(await second.audit.verify()).toMatchObject({ state: 'broken', broken: { kind: 'changed', seq: 3 } });
  });

  test('a database restored from yesterday’s copy, whatever is added to it after', async () => {
    const bed = makeAuditBed();
    const first = await bed.run();
    first.add('one', 'two');
    await first.stop();
    const putBack = bed.copyAway();
    const second = await bed.run();
    second.add('three', 'four');
    await second.stop();
    putBack();
    const third = await bed.run();
    third.add('five', 'six', 'seven');
    expect(await third.audit.verify()).toMatchObject({ state: 'broken', broken: { kind: 'cut', seq: 3 } });
    await third.stop();
    const fourth = await bed.run();
    expect(await fourth.audit.verify()).toMatchObject({ state: 'broken', broken: { kind: 'cut', seq: 3 } });
    const noted = fourth.table.page({ limit: 9 }, 0).entries.filter(({ action }) => action === 'chain_broken');
    expect(noted).toHaveLength(1);
  });

  test('the vault having forgotten how far it went, though its root is the same', async () => {
    const bed = makeAuditBed();
    const first = await bed.run();
    first.add('one', 'two');
    await first.stop();
    bed.vault.clear();
    const second = await bed.run();
    expect(await second.audit.verify()).toMatchObject({ state: 'broken', broken: { kind: 'head_lost', seq: null } });
  });

  test('rows that change while it runs', async () => {
    const bed = makeAuditBed();
    const run = await bed.run();
    run.add(...names);
    bed.tamper(`${deletedWithLink(5)}`);
    expect(await run.audit.verify()).toMatchObject({ state: 'broken', broken: { kind: 'cut', seq: 5 } });
    run.add('six');
    expect(await run.audit.verify()).toMatchObject({ state: 'broken', broken: { kind: 'missing', seq: 5 } });
  });
});

test('what is broken goes on in a new chain once its owner says so, which the log says for ever', async () => {
  const { bed, run } = await afterTampering(deletedWithLink(5));
  const before = await run.audit.verify();
  expect(before).toMatchObject({ state: 'broken', broken: { kind: 'cut', seq: 5 } });
  expect(await run.audit.beginAnew()).toMatchObject({ state: 'intact', chained: 1, head: { chain: 2 } });
  run.add('six');
  await run.stop();
  const next = await bed.run();
  expect(await next.audit.verify()).toMatchObject({ state: 'intact', chained: 2 });
  const actions = next.table.page({ limit: 3 }, 0).entries.map(({ action }) => action);
  expect(actions).toEqual(['created', 'chain_begun', 'chain_broken']);
});

test('a chain whose beginning the vault does not take is not begun, and its entries wait', async () => {
  const bed = makeAuditBed();
  bed.state.locked = true;
  const first = await bed.run();
  first.add('one');
  expect(await first.audit.verify()).toMatchObject({ state: 'unknown', waiting: 1 });
  await first.stop();
  bed.state.locked = false;
  const second = await bed.run();
  expect(await second.audit.verify()).toMatchObject({ state: 'intact', late: 1 });
  second.add('two');
  second.crash();
  const third = await bed.run();
  expect(await third.audit.verify()).toMatchObject({ state: 'intact', chained: 2 });
});

test('a new chain cannot begin while the vault is locked', async () => {
  const run = await makeAuditBed().run({ opens: false });
  await expect(run.audit.beginAnew()).rejects.toMatchObject({ code: 'vault_locked' });
});

test('many entries cost the vault one write, and one that fails is made up for', async () => {
  const bed = makeAuditBed();
  const first = await bed.run();
  first.add(...names);
  bed.state.locked = true;
  await first.stop();
  // When the chain was begun.
  expect(bed.state.writes).toBe(1);
  bed.state.locked = false;
  const second = await bed.run();
  second.add(...names);
  await second.stop();
  expect(bed.state.writes).toBe(2);
  expect(JSON.parse(bed.vault.get('audit/head') ?? '')).toMatchObject({ seq: 10 });
});

test('the vault holds no key of the chain beside its root, and the database none at all', async () => {
  const bed = makeAuditBed();
  const run = await bed.run();
  run.add('one');
  await run.stop();
  const key = bed.state.root.export();
  const text = [...bed.vault.values()].join(' ');
  for (const encoding of ['hex', 'base64', 'base64url'] as const) expect(text).not.toContain(key.toString(encoding));
});

test('without the triggers nothing would help; with them the database refuses to change or delete an entry', async () => {
  const bed = makeAuditBed();
  const run = await bed.run();
  run.add('one');
  for (const sql of [
    renamed(1),
    'DELETE FROM history',
    'INSERT OR REPLACE INTO history (seq, at, entry) VALUES (1, 1, 2)',
  ])
    expect(() => run.db.exec(sql)).toThrow(/only added to/);
  for (const sql of ['DELETE FROM history_chain', "UPDATE history_chain SET how = 'late'"])
    expect(() => run.db.exec(sql)).toThrow(/only added to/);
});

test('an entry and its link are written together or not at all', async () => {
  const bed = makeAuditBed();
  const run = await bed.run();
  run.add('one');
  const other = new DatabaseSync(bed.file);
  other.exec('DROP TABLE history_chain');
  other.close();
  expect(() => run.add('two')).toThrow();
  expect(run.table.lastSeq()).toBe(1);
});

test('the wrong key fits no entry', async () => {
  const bed = makeAuditBed();
  const run = await bed.run();
  run.add(...names);
  const tail = lastOf(run);
  const walk = walkChain({ key: newRoot(), chain: 1, firstSeq: 1, tail });
  for (const row of run.table.rowsAfter(0, 10, 1)) walk.add(row);
  expect(walk.end()).toMatchObject({ broken: { kind: 'changed', seq: 1 }, chained: 0 });
  const right = walkChain({ key: bed.state.root, chain: 1, firstSeq: 1, tail });
  for (const row of run.table.rowsAfter(0, 10, 1)) right.add(row);
  expect(right.end()).toMatchObject({ broken: null, chained: 5 });
});

test('ten thousand entries are looked through', async () => {
  const bed = makeAuditBed();
  const run = await bed.run({ opens: false });
  run.db.exec('BEGIN');
  for (let n = 0; n < 10_000; n++) run.add(`entry ${n}`);
  run.db.exec('COMMIT');
  await run.audit.vaultOpened();
  expect(await run.audit.verify()).toMatchObject({ state: 'intact', chained: 10_000, late: 10_000 });
});

function lastOf({ table }: AuditRun): Link {
  const last = table.lastLink();
  if (!last) throw new Error('there is no link');
  return last;
}

function deletedWithLink(seq: number): string {
  return `DELETE FROM history WHERE seq = ${seq}; DELETE FROM history_chain WHERE seq = ${seq}`;
}

function movedUp(): string {
  return `${deletedWithLink(2)};
    UPDATE history SET seq = seq - 1 WHERE seq > 2; UPDATE history_chain SET seq = seq - 1 WHERE seq > 2`;
}

function swapped(a: number, b: number): string {
  return `UPDATE history SET seq = 99 WHERE seq = ${a}; UPDATE history SET seq = ${a} WHERE seq = ${b};
    UPDATE history SET seq = ${b} WHERE seq = 99`;
}

function swappedLinks(a: number, b: number): string {
  return swapped(a, b).replaceAll('UPDATE history ', 'UPDATE history_chain ');
}
