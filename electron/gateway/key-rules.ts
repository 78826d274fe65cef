// The lists of a key made ready for looking things up: its models and its networks. Each list is read once and remembered
// for as long as the key keeps it. Decides nothing about a whole request.

import { compilePatterns, type ModelMatcher } from '../../shared/model-patterns.ts';
import { addressBytes, isInBlock, myNetworkBlocks, type NetworkBlock, readNetwork } from '../../shared/networks.ts';
import { isLoopback } from './client-address.ts';
import type { Guarded } from './exchange.ts';
import type { GatewayKey } from './ports.ts';

/** Where a request comes from, as the socket has it. */
export type Source = Pick<Guarded, 'clientAddress' | 'fromThisComputer'>;

type ModelLists = Pick<GatewayKey, 'models' | 'alsoWithin' | 'policy'>;

export type KeyRules = {
  /** Whether the key's lists leave it this model. What is denied stays denied, whatever is allowed. */
  readonly mayUse: (key: ModelLists, model: string) => boolean;
  /** Whether a list of networks has a place for this source; null is anywhere. */
  readonly admits: (networks: readonly string[] | null, source: Source) => boolean;
};

export function createKeyRules(): KeyRules {
  const patterns = onceEach<readonly string[], ModelMatcher>(compilePatterns);
  const networks = onceEach<readonly string[], (source: Source) => boolean>(compileNetworks);
  return {
    mayUse: ({ models, alsoWithin, policy }, model) =>
      (models === null || patterns(models)(model)) &&
      (alsoWithin === undefined || patterns(alsoWithin)(model)) &&
      !patterns(policy.deniedModels)(model),
    admits: (list, source) => list === null || networks(list)(source),
  };
}

/** Whether a key's lists say anything at all about models. */
export function hasModelRules(key: ModelLists): boolean {
  return key.models !== null || key.alsoWithin !== undefined || key.policy.deniedModels.length > 0;
}

function compileNetworks(list: readonly string[]): (source: Source) => boolean {
  const blocks: NetworkBlock[] = [];
  let anywhere = false;
  let thisComputer = false;
  const add = (text: string) => {
    const read = readNetwork(text);
    // A list that was kept is valid; what is not opens nothing.
    if (!read.ok) return;
    if (read.network === 'anywhere') anywhere = true;
    else if (typeof read.network !== 'string') blocks.push(read.network);
    else {
      thisComputer = true;
      if (read.network === 'my-network') myNetworkBlocks.forEach(add);
    }
  };
  list.forEach(add);
  return ({ clientAddress, fromThisComputer }) => {
    if (anywhere || (thisComputer && fromThisComputer)) return true;
    // A tunnel or a proxy on this machine: where its client is, nobody knows.
    if (isLoopback(clientAddress) && !fromThisComputer) return false;
    const address = addressBytes(clientAddress);
    return address !== undefined && blocks.some((block) => isInBlock(address, block));
  };
}

/** `make` once for each value, as long as the value lives. */
function onceEach<Value extends object, Made>(make: (value: Value) => Made): (value: Value) => Made {
  const made = new WeakMap<Value, Made>();
  return (value) => {
    const known = made.get(value);
    if (known !== undefined) return known;
    const fresh = make(value);
    made.set(value, fresh);
    return fresh;
  };
}
