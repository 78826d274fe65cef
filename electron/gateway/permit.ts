// Stage 4: may this caller come from there, and do this at all? Network, then operation, from the head alone, so that
// whoever may not ends before a body is read and before a limit counts it.

import { KeyhatchError } from '../../shared/errors.ts';
import { type KeyOperation, type KeyPolicy, mayDo, usualPolicy } from '../../shared/key-policy.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Caller, Identified } from './exchange.ts';
import type { KeyRules, Source } from './key-rules.ts';
import type { GatewayKey } from './ports.ts';
import type { Operation } from './route-table.ts';

export type PermitPorts = { readonly rules: KeyRules };

const forNobody = 'No key may, because it would act on the machine or the account of its owner.';

export function permit(identified: Identified, { rules }: PermitPorts): Identified {
  const { caller, route } = identified;
  if (caller.kind === 'key') checkKeyNetwork(caller.key, identified, rules);
  if (route.forNobody) throw refusal(caller, route.what, route.instead ?? forNobody);
  checkOperation(caller, identified.operation, route.what);
  return identified;
}

/** @throws KeyhatchError `network_not_allowed` unless anybody at all may come from there */
export function checkGatewayNetwork(source: Source, settings: Settings, rules: KeyRules): void {
  if (rules.admits(settings['access.networks'], source)) return;
  throw wrongNetwork('This server', source);
}

/** @throws KeyhatchError `network_not_allowed` */
export function checkKeyNetwork(key: GatewayKey, source: Source, rules: KeyRules): void {
  if (rules.admits(key.policy.networks, source)) return;
  throw wrongNetwork(`The API key "${key.name}"`, source);
}

/**
 * @param what it is, in words
 * @throws KeyhatchError `operation_not_allowed`
 */
export function checkOperation(caller: Caller, operation: Operation | KeyOperation, what: string): void {
  if (operation === 'about' || mayDo(policyOf(caller), operation)) return;
  throw refusal(caller, what, `The owner of this server can give it the right "${operation}".`);
}

/** Who comes without a key may do what keys may as they come, whatever new keys are given by the settings. */
function policyOf(caller: Caller): KeyPolicy {
  return caller.kind === 'key' ? caller.key.policy : usualPolicy;
}

function refusal(caller: Caller, what: string, why: string): KeyhatchError {
  const who = caller.kind === 'key' ? `The API key "${caller.key.name}"` : 'Programs without a key';
  return new KeyhatchError('operation_not_allowed', { details: { who, what, why } });
}

function wrongNetwork(what: string, { clientAddress, fromThisComputer }: Source): KeyhatchError {
  const address = fromThisComputer ? 'this computer' : clientAddress;
  return new KeyhatchError('network_not_allowed', { details: { what, address } });
}
