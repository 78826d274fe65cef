// Who may make which call: every call of the contract against every role and way in, so that a new call is decided on.

import { expect, test } from 'vitest';
import { checkPermission } from '../../../electron/core/permissions.ts';
import { type CallMeta, contract } from '../../../shared/contract.ts';
import { atTheMachine, type Caller, provedForMs, type Role } from '../../../shared/people-model.ts';

const nowMs = 1_800_000_000_000;
const person = (role: Role, provedAgoMs = 0): Caller => ({
  role,
  personId: 'p1',
  way: 'session',
  provedAt: nowMs - provedAgoMs,
});
const adminKey: Caller = { role: 'owner', personId: null, way: 'admin_key', provedAt: null };

function refusal(meta: CallMeta, caller: Caller | undefined): string | undefined {
  try {
    checkPermission(meta, caller, nowMs);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const calls = Object.entries(contract).flatMap(([group, members]) =>
  Object.entries(members).map(([name, call]) => ({
    name: `${group}.${name}`,
    meta: (call as { readonly '~orpc': { readonly meta: CallMeta } })['~orpc'].meta,
  })),
);

test('every call says who may make it, and nobody without a caller makes any', () => {
  expect(calls.length).toBeGreaterThan(60);
  for (const { meta } of calls) {
    expect(['self', 'view', 'manage', 'owner', 'machine']).toContain(meta.access);
    expect(refusal(meta, undefined)).toBe('not_permitted');
    expect(refusal(meta, atTheMachine)).toBeUndefined();
  }
});

test('members make the calls marked as theirs, viewers change nothing, managers leave to the owner what is the owner’s', () => {
  for (const { meta } of calls) {
    const mine = meta.own === true || meta.access === 'self';
    expect(refusal(meta, person('member')) === undefined).toBe(mine);
    expect(refusal(meta, person('viewer')) === undefined).toBe(meta.access === 'view' || meta.access === 'self');
    if (meta.access === 'owner') expect(refusal(meta, person('manager'))).toBe('not_permitted');
    if (meta.access === 'self') expect(refusal(meta, adminKey)).toBe('not_permitted');
    if (meta.access === 'machine') expect(refusal(meta, person('owner'))).toBe('not_permitted');
  }
});

test('whoever owes an authenticator sets one up and does nothing else', () => {
  for (const role of ['owner', 'manager', 'member', 'viewer'] as const) {
    const owing = { ...person(role), owesTotp: true };
    for (const { meta } of calls) {
      const may = refusal(meta, person(role)) === undefined;
      const wanted = !may ? 'not_permitted' : meta.access === 'self' ? undefined : 'totp_setup_required';
      expect(refusal(meta, owing)).toBe(wanted);
    }
  }
});

test('what cannot be taken back takes a fresh proof, and no admin key at all', () => {
  const sensitive = calls.filter(({ meta }) => meta.proved === true);
  expect(sensitive.map(({ name }) => name)).toContain('upstreams.add');
  for (const { meta } of sensitive) {
    expect(refusal(meta, adminKey)).toBe(meta.access === 'self' ? 'not_permitted' : 'owner_session_required');
    expect(refusal(meta, person('owner', provedForMs - 1))).toBeUndefined();
    expect(refusal(meta, person('owner', provedForMs))).toBe('proof_required');
    // A clock that went back does not make an old proof new.
    expect(refusal(meta, person('owner', -60_000))).toBe('proof_required');
  }
});

test('what else runs on the machine is for those who manage it: which program holds a port is not a viewer’s to ask', () => {
  const checkPort = calls.find(({ name }) => name === 'server.checkPort');
  expect(checkPort && refusal(checkPort.meta, person('viewer'))).toBe('not_permitted');
  expect(checkPort && refusal(checkPort.meta, person('manager'))).toBeUndefined();
});
