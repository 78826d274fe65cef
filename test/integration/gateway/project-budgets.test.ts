// Budgets that all keys of a project have together: counted over each of them, beside what each may use itself.

import { afterEach, expect, test } from 'vitest';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { budget } from '../../../shared/limit-model.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
afterEach(() => bed.close());

const daily = (tokens: number) => [budget.parse({ period: 'day', tokens })];
const ask = (key: string, maxTokens = 8) =>
  bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ max_tokens: maxTokens }), key });
const code = (response: Response) => response.headers.get('x-keyhatch-error');
const settled = () => expect.poll(() => bed.gateway.running()).toBe(0);

async function twoKeys(tokens: number, own: readonly number[] = []) {
  bed = await makeBed({ key: { projectId: 'home', policy: { ...usualPolicy, budgets: own.flatMap(daily) } } });
  bed.setProject('home', { name: 'Home', budgets: daily(tokens) });
  return [bed.key, bed.addKey({ projectId: 'home' }).key] as const;
}

test('ten requests at the same time with two keys do not overspend it', async () => {
  const keys = await twoKeys(25);
  const answer = bed.upstream.behave;
  const waiting: (() => void)[] = [];
  bed.upstream.behave = (arrival, res, req) => void waiting.push(() => void answer(arrival, res, req));
  const asked = Promise.all(Array.from({ length: 10 }, (_, n) => ask(n % 2 === 0 ? keys[0] : keys[1])));
  await expect.poll(() => bed.rows.length).toBe(7);
  expect(bed.rows.every(({ errorCode }) => errorCode === 'budget_spent')).toBe(true);
  for (const goOn of waiting) goOn();
  const statuses = (await asked).map(({ status }) => status).sort();
  // 10 held each: the third is the one that may overrun it.
  expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429, 429, 429]);
});

test('what one key used the other has not; the refusal names the project, and only this project’s keys meet it', async () => {
  const [one, other] = await twoKeys(15);
  expect((await ask(one)).headers.get('x-keyhatch-budget-remaining')).toBe('5 tokens a day for the project');
  await settled();
  expect((await ask(other)).status).toBe(200);
  await settled();
  const refused = await ask(one);
  expect([refused.status, code(refused)]).toEqual([429, 'budget_spent']);
  expect(await refused.text()).toContain('budget of the project \\"Home\\" for the day');
  const free = bed.addKey();
  expect((await ask(free.key)).status).toBe(200);
  const self = (await (await bed.fetch('/keyhatch/v1/key', { key: other })).json()) as { budgets: unknown };
  expect(self.budgets).toMatchObject([{ project: 'Home', used: 20, remaining: 0, state: 'spent' }]);
});

test('a key’s own budget counts beside it, and whichever is spent first refuses', async () => {
  const [narrow, wide] = await twoKeys(35, [15]);
  for (let n = 0; n < 2; n += 1) {
    expect((await ask(narrow)).status).toBe(200);
    await settled();
  }
  const refused = await ask(narrow);
  expect(await refused.text()).toContain('the API key');
  // What the refused one would have used is not held.
  expect((await ask(wide)).status).toBe(200);
  await settled();
  expect((await ask(wide)).status).toBe(200);
  await settled();
  expect(await (await ask(wide)).text()).toContain('the project');
});

test('a key that moves leaves what it used behind, and a project that is renamed keeps its count', async () => {
  const [one] = await twoKeys(15);
  expect((await ask(one)).status).toBe(200);
  await settled();
  bed.setProject('home', { name: 'House', budgets: daily(5) });
  expect(await (await ask(one)).text()).toContain('House');
  bed.setProject('home', { name: 'Villa' });
  expect(await (await ask(one)).text()).toContain('Villa');
  bed.setProject('work', { name: 'Work', budgets: daily(5) });
  bed.changeKey(bed.keyId, { projectId: 'work' });
  expect((await ask(one)).status).toBe(200);
});

test('a top-up adds to it until it ends', async () => {
  const [one, other] = await twoKeys(5);
  const topUp = { period: 'day', tokens: 10, cost: null, endsAt: Date.now() + 60_000 } as const;
  bed.setProject('home', { topUps: [topUp] });
  expect((await ask(one)).status).toBe(200);
  await settled();
  expect((await ask(other)).status).toBe(200);
  await settled();
  expect(code(await ask(one))).toBe('budget_spent');
});
