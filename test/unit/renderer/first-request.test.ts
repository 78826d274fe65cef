// What the Connect page makes of requests: whether one worked, why not, which key they came from, which model to offer.

import { describe, expect, test } from 'vitest';
import { answeredAfterMs, arrivalOf, requestsSince } from '../../../renderer/features/connect/first-request.ts';
import { newKnock } from '../../../renderer/features/connect/knock-counts.ts';
import { firstChoice, modelsOf } from '../../../renderer/features/connect/model-choice.ts';
import { systemOf } from '../../../renderer/features/connect/system.ts';
import { standingOf } from '../../../renderer/features/first-run/steps.ts';
import { failureText } from '../../../renderer/texts/failure-texts.ts';
import { refusalText } from '../../../renderer/texts/refusal-texts.ts';
import { type ErrorCode, errorCatalogue } from '../../../shared/errors.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import type { Status } from '../../../shared/model.ts';
import type { RequestView } from '../../../shared/usage-model.ts';

const request = (more: Partial<RequestView>): RequestView =>
  ({
    id: 'req_1',
    keyId: 'AAAAAAAA',
    outcome: 'ok',
    status: 200,
    errorCode: null,
    receivedAt: 1000,
    firstByteAt: 1100,
    firstTokenAt: null,
    endedAt: 1400,
    ...more,
  }) as RequestView;
const refused = (more: Partial<RequestView> = {}) =>
  request({ id: 'req_0', outcome: 'refused', status: 403, errorCode: 'key_paused', firstByteAt: null, ...more });

describe('the first request', () => {
  test('is waited for while there is none', () => {
    expect(arrivalOf([])).toEqual({ state: 'waiting' });
  });

  test('says why it was refused, by the last one', () => {
    const last = refused({ id: 'req_2', errorCode: 'rate_limited', endedAt: 2000 });
    expect(arrivalOf([last, refused()])).toEqual({ state: 'refused', request: last });
  });

  test('has worked once one was answered, whatever came before and after it', () => {
    const good = request({ endedAt: 1500 });
    expect(arrivalOf([refused({ endedAt: 9000 }), good, refused({ endedAt: 500 })])).toEqual({
      state: 'works',
      request: good,
    });
  });

  test('has worked for a client that stopped reading, but not for one that left before anything came', () => {
    const left = { outcome: 'client_gone', errorCode: 'client_gone' } as const;
    expect(arrivalOf([request(left)]).state).toBe('works');
    expect(arrivalOf([request({ ...left, firstByteAt: null, status: 499 })]).state).toBe('refused');
  });

  test('is one of that key, and none from before', () => {
    const rows = [request({ receivedAt: 999 }), request({ keyId: 'BBBBBBBB' }), request({ keyId: null })];
    expect(requestsSince(rows, 'AAAAAAAA', 1000)).toEqual([]);
    expect(requestsSince([request({})], 'AAAAAAAA', 1000)).toHaveLength(1);
  });

  test('is timed to its first word, or to its end where it has none', () => {
    expect(answeredAfterMs(request({ firstTokenAt: 1412 }))).toBe(412);
    expect(answeredAfterMs(request({}))).toBe(400);
  });
});

test('every way in which the gateway refuses has a cure', () => {
  const codes = Object.keys(errorCatalogue) as ErrorCode[];
  const ofTheGateway = codes.slice(0, codes.indexOf('internal') + 1);
  expect(ofTheGateway.length).toBeGreaterThan(30);
  expect(ofTheGateway.filter((code) => refusalText(code).cure === '')).toEqual([]);
});

test('an error of the model server itself has a cure by its status', () => {
  const generic = failureText({ errorCode: null, status: 500 });
  expect(generic.cure).not.toBe('');
  expect(failureText({ errorCode: null, status: 404 })).not.toEqual(generic);
  expect(failureText({ errorCode: 'key_paused', status: 404 })).toEqual(refusalText('key_paused'));
});

test('an error that only a newer Keyhatch knows is named, and not blamed on the model server', () => {
  expect(failureText({ errorCode: 'a_code_of_tomorrow', status: 418 })).toMatchObject({ short: 'a code of tomorrow' });
});

test('a knock is a count that grew, the one that grew most', () => {
  const before = [{ code: 'key_missing', count: 44 }];
  expect(newKnock(before, before)).toBeUndefined();
  expect(
    newKnock(before, [
      { code: 'key_missing', count: 45 },
      { code: 'key_unknown', count: 3 },
    ]),
  ).toBe('key_unknown');
});

test('models are those of all upstreams, the default one first, and only those the key may use', () => {
  const status = {
    upstreams: [
      { isDefault: false, models: ['b', 'a'] },
      { isDefault: true, models: ['nomic-embed-text', 'a'] },
    ],
  } as unknown as Status;
  expect(modelsOf(status)).toEqual(['nomic-embed-text', 'a', 'b']);
  expect(modelsOf(status, { policy: usualPolicy, models: ['b', 'gone'] })).toEqual(['b']);
  const deniedModels = ['nomic*'];
  expect(modelsOf(status, { policy: { ...usualPolicy, deniedModels }, models: null })).toEqual(['a', 'b']);
  expect(firstChoice(modelsOf(status))).toBe('a');
  expect(firstChoice(['nomic-embed-text'])).toBe('nomic-embed-text');
  expect(modelsOf(undefined)).toEqual([]);
});

test('the system is the one that the browser names', () => {
  expect(['MacIntel', 'Win32', 'Linux x86_64', ''].map(systemOf)).toEqual(['macos', 'windows', 'linux', 'linux']);
});

test('first steps that leave nothing to decide are done before anybody looks', () => {
  const status = (kinds: readonly string[], state: string) =>
    ({ upstreams: kinds.map((kind) => ({ kind })), server: { state } }) as unknown as Status;
  const fresh = { passed: new Set<never>(), hasKey: false };
  expect(standingOf({ status: status(['lmstudio'], 'running'), ...fresh })).toEqual({
    find: true,
    listen: true,
    key: false,
    connect: false,
  });
  expect(standingOf({ status: status(['echo'], 'failed'), ...fresh })).toMatchObject({ find: false, listen: false });
});
