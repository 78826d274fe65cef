// "What would become of this request?": asks the gateway's own deciding functions, which compose hands over, one stage
// after the other. Sends nothing, counts nothing and knows no rule itself.

import { KeyhatchError } from '../../shared/errors.ts';
import type { KeyOperation } from '../../shared/key-policy.ts';
import { addressBytes } from '../../shared/networks.ts';
import type { PolicyAnswer, PolicyStage } from '../../shared/policy-model.ts';
import { policySentence } from '../../shared/policy-sentence.ts';
import { type KeyRegistry, type RegisteredKey, resolveKey } from './key-registry.ts';

/** The request that is thought of. */
export type Imagined = {
  readonly key: RegisteredKey;
  readonly operation: KeyOperation;
  readonly model: string | undefined;
  readonly clientAddress: string;
  readonly fromThisComputer: boolean;
};

/** One stage of the gateway as it can be asked. */
export type DecidingStage = {
  readonly stage: string;
  /** Returns why it passes, as a sentence. @throws KeyhatchError where it refuses */
  readonly decide: (imagined: Imagined) => string;
};

export type PolicyTest = (question: {
  readonly key: string;
  readonly operation: KeyOperation;
  readonly model?: string | undefined;
  readonly from: string;
}) => PolicyAnswer;

/** @param ports.stages in the order in which a request meets them */
export function createPolicyTest(ports: {
  readonly registry: KeyRegistry;
  readonly stages: readonly DecidingStage[];
}): PolicyTest {
  return ({ key: ref, operation, model, from }) => {
    const key = resolveKey(ports.registry, ref);
    const imagined: Imagined = { key, operation, model, ...sourceOf(from) };
    const stages = ports.stages.map((stage) => ask(stage, imagined));
    const decidedBy = stages.find(({ verdict }) => verdict === 'refuse')?.stage ?? null;
    return { allowed: decidedBy === null, decidedBy, stages, may: policySentence(ports.registry.facts(key)) };
  };
}

function ask({ stage, decide }: DecidingStage, imagined: Imagined): PolicyStage {
  try {
    return { stage, verdict: 'pass', code: null, reason: decide(imagined) };
  } catch (error) {
    if (!(error instanceof KeyhatchError)) throw error;
    return { stage, verdict: 'refuse', code: error.code, reason: error.message };
  }
}

/** @throws KeyhatchError `input_invalid` */
function sourceOf(from: string): Pick<Imagined, 'clientAddress' | 'fromThisComputer'> {
  if (from === 'this-computer') return { clientAddress: '127.0.0.1', fromThisComputer: true };
  const bytes = addressBytes(from);
  if (!bytes) {
    const reason = `"${from}" is not an address such as 192.168.1.7, and not this-computer`;
    throw new KeyhatchError('input_invalid', { details: { reason } });
  }
  const isLoopback = bytes.length === 4 ? bytes[0] === 127 : bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
  // IPv4 in IPv6 form reaches the gateway as IPv4.
  return { clientAddress: bytes.length === 4 ? bytes.join('.') : from, fromThisComputer: isLoopback };
}
