// Which models may be filled into a snippet, and which one to begin with. Pure.

import type { KeyFacts, Status } from '../../../shared/model.ts';
import { compileModelLists } from '../../../shared/model-patterns.ts';

/** Every model of every upstream, the default upstream's first, each once. */
export function modelsOf(status: Status | undefined, key?: Pick<KeyFacts, 'models' | 'policy'>): readonly string[] {
  const upstreams = [...(status?.upstreams ?? [])].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
  const all = [...new Set(upstreams.flatMap(({ models }) => models))];
  return key ? all.filter(compileModelLists(key.models, key.policy.deniedModels)) : all;
}

/** One that can chat, as far as its name tells. */
export function firstChoice(models: readonly string[]): string | undefined {
  return models.find((model) => !/embed|rerank|whisper|tts/i.test(model)) ?? models[0];
}
