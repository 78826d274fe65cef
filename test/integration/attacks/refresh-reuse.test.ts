// Refresh reuse: a refresh token that two hold is shown a second time by one of them. Nobody can say by which, so that the
// whole sign-in ends.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { bearer, type Issued, makeTokensBed, type TokensBed } from '../../fakes/tokens-bed.ts';

let it: TokensBed;
beforeEach(async () => {
  it = await makeTokensBed();
});
afterEach(() => it.close());

const refresh = (token: string) => it.auth('refresh', { refresh_token: token });
const codeWith = async (token: string) => (await it.chat(bearer(token))).code;

test('a refresh token that is shown a second time revokes the whole family, and no other', async () => {
  const [first, other] = [await it.login(), await it.login()];
  const second = (await refresh(first.refresh_token)).body as Issued;
  expect(await refresh(first.refresh_token)).toMatchObject({ status: 401, code: 'token_revoked' });
  expect(await codeWith(first.access_token)).toBe('token_revoked');
  expect(await codeWith(second.access_token)).toBe('token_revoked');
  expect((await refresh(second.refresh_token)).code).toBe('token_revoked');
  expect(await codeWith(other.access_token)).toBeUndefined();
  expect(it.notes).toContain('reused Ada');
});

test('of two who show it at the same moment neither keeps anything', async () => {
  const first = await it.login();
  const answers = await Promise.all([refresh(first.refresh_token), refresh(first.refresh_token)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  const won = answers.find(({ status }) => status === 200)?.body as Issued;
  expect(await codeWith(won.access_token)).toBe('token_revoked');
  expect((await refresh(won.refresh_token)).code).toBe('token_revoked');
});

test('an old one of many generations ends the family too', async () => {
  const first = await it.login();
  let latest = first;
  for (let generation = 0; generation < 5; generation += 1)
    latest = (await refresh(latest.refresh_token)).body as Issued;
  expect(await codeWith(latest.access_token)).toBeUndefined();
  expect((await refresh(first.refresh_token)).code).toBe('token_revoked');
  expect(await codeWith(latest.access_token)).toBe('token_revoked');
});
