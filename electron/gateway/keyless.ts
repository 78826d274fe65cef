// The ways in without a key: whose key a request counts as that came from a known address, by the second port or with a path
// token, and what it may do then, which is always less than the key. Decides from memory; every doubt means no.

import type { IncomingMessage } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';
import { parseKey } from '../../shared/key-format.ts';
import { type KeyOperation, operationPresets } from '../../shared/key-policy.ts';
import { plainAddress } from '../lib/address-block.ts';
import type { Clock } from '../lib/clock.ts';
import { forwardingSign, isLoopback, speaksForItself } from './client-address.ts';
import type { Caller, CallerWithKey, Routed } from './exchange.ts';
import type { KeyRules } from './key-rules.ts';
import type { AccessTokens, GatewayKey, KeylessWay, KeyRegistry, WaysIn } from './ports.ts';

export type KeylessPorts = {
  readonly keys: Pick<KeyRegistry, 'get'>;
  readonly ways: WaysIn;
  readonly rules: KeyRules;
  /** Every address of this machine now. */
  readonly machineAddresses: () => readonly string[];
  readonly clock: Clock;
};

/** What acts on the machine or on its owner's account is for those who hold a key. */
const neverWithoutKey: ReadonlySet<KeyOperation> = new Set(['models:manage', 'cloud']);
const byPathToken: ReadonlySet<KeyOperation> = new Set(operationPresets.inference);
const privateNetworks = ['my-network'];

/** The caller that an address rule or the second port makes of a request without a key. */
export function callerByWay(routed: Routed, ports: KeylessPorts): CallerWithKey | undefined {
  // What tells a stranger little must not tell a neighbour more.
  if (routed.route.own !== undefined && routed.route.own !== 'self') return undefined;
  if (routed.bySecondPort) {
    const way = maySecondPort(routed, ports) ? ports.ways.forSecondPort() : undefined;
    return way && callerAsKeyOf(way, 'second_port', ports);
  }
  const way = ports.ways.forAddress(routed.clientAddress);
  return way && isNeighbour(routed.req, ports) ? callerAsKeyOf(way, 'address_rule', ports) : undefined;
}

/** Whether the socket's other end is the client itself, on another machine: no proxy, no page, no tunnel that ends here. */
function isNeighbour(req: IncomingMessage, { machineAddresses }: Pick<KeylessPorts, 'machineAddresses'>): boolean {
  // nginx as it comes forwards in HTTP/1.0 and adds no header that would show it.
  if (req.httpVersion !== '1.1' || forwardingSign(req) !== undefined || !speaksForItself(req)) return false;
  const [remote, local] = [plainAddress(req.socket.remoteAddress), plainAddress(req.socket.localAddress)];
  // A program of this machine, a tunnel above all, may name any of its addresses.
  return remote !== '' && !isLoopback(remote) && !isLoopback(local) && !machineAddresses().includes(remote);
}

function maySecondPort(routed: Routed, ports: KeylessPorts): boolean {
  return routed.trulyLocal || (ports.rules.admits(privateNetworks, routed) && isNeighbour(routed.req, ports));
}

function callerAsKeyOf(
  way: KeylessWay,
  by: 'address_rule' | 'second_port',
  { keys }: Pick<KeylessPorts, 'keys'>,
): CallerWithKey | undefined {
  const key = keys.get(way.keyId);
  if (!key) return undefined;
  const allowed = (operation: KeyOperation) => !neverWithoutKey.has(operation);
  return { kind: 'key', key: narrowed(key, allowed), by, pass: way.id };
}

/**
 * The caller that a path token is, with the work and the refusals that a key would have.
 * @throws KeyhatchError `key_malformed`, `key_unknown`, `key_ambiguous`, `path_token_expired`, `operation_not_allowed`
 */
export function callerByPathToken(
  token: string,
  { presented, routed }: { readonly presented: readonly string[]; readonly routed: Routed },
  ports: KeylessPorts,
): CallerWithKey {
  const parsed = parseKey(token);
  const way = ports.ways.findPathToken(token);
  const key = way && ports.keys.get(way.keyId);
  if (!way || !key) throw new KeyhatchError(parsed.kind === 'key' ? 'key_unknown' : 'key_malformed');
  // What clients send for want of a key is nothing; one of ours beside the token is a second opinion.
  if (presented.some((value) => parseKey(value).kind !== 'foreign')) throw new KeyhatchError('key_ambiguous');
  if (way.expiresAt <= ports.clock.now()) throw new KeyhatchError('path_token_expired');
  if (!ports.rules.admits(way.networks, routed)) {
    const address = routed.fromThisComputer ? 'this computer' : routed.clientAddress;
    throw new KeyhatchError('network_not_allowed', { details: { what: 'This address with its path token', address } });
  }
  if (routed.route.own === 'self') {
    const details = {
      who: 'A path token',
      what: routed.route.what,
      why: 'It opens inference and lists of models alone.',
    };
    throw new KeyhatchError('operation_not_allowed', { details });
  }
  const held = narrowed(key, (operation) => byPathToken.has(operation));
  const models = way.models === null ? {} : { alsoWithin: way.models };
  return { kind: 'key', key: { ...held, ...models }, by: 'path_token', pass: way.id };
}

// No value of the key was sent, so that how short it is does not matter here.
function narrowed(key: GatewayKey, allowed: (operation: KeyOperation) => boolean): CallerWithKey['key'] {
  const operations = key.policy.operations.filter(allowed);
  return { ...key, weak: false, byOldSecret: false, policy: { ...key.policy, operations } };
}

type PassPorts = { readonly ways: Pick<WaysIn, 'isOpen'>; readonly tokens: Pick<AccessTokens, 'isOpen'> };

/** Why a caller that was let in may not go on: its way was closed, or the holder of its token signed out or was put out. */
export function endOfPass(caller: Caller, { ways, tokens }: PassPorts): 'way_closed' | 'token_revoked' | undefined {
  if (caller.kind !== 'key' || caller.pass === null) return undefined;
  if (caller.by === 'token') return tokens.isOpen(caller.pass) ? undefined : 'token_revoked';
  return ways.isOpen(caller.pass) ? undefined : 'way_closed';
}
