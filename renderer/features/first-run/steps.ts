// How far the first steps are: which are done, and what a closed one says. Pure.

import type { CreatedKey, KeyFacts, Status } from '../../../shared/model.ts';
import { firstRunTexts as texts } from '../../texts/first-run-texts.ts';

export const stepIds = ['find', 'listen', 'key', 'connect'] as const;
export type StepId = (typeof stepIds)[number];

type Facts = {
  readonly status: Status;
  /** Those that were gone through or skipped. */
  readonly passed: ReadonlySet<StepId>;
  readonly hasKey: boolean;
};

/** A step that has nothing left to decide is done before anybody looks at it. */
export function standingOf({ status, passed, hasKey }: Facts): Readonly<Record<StepId, boolean>> {
  return {
    find: passed.has('find') || status.upstreams.some(({ kind }) => kind !== 'echo'),
    listen: passed.has('listen') || status.server.state === 'running',
    key: passed.has('key') || hasKey,
    connect: passed.has('connect'),
  };
}

type SummaryFacts = {
  readonly status: Status;
  readonly keys: readonly KeyFacts[];
  readonly created: CreatedKey | undefined;
  readonly passed: ReadonlySet<StepId>;
};

export function summaryOf(id: StepId, { status, keys, created, passed }: SummaryFacts): string {
  switch (id) {
    case 'find':
      return upstreamWords(status);
    case 'listen':
      return listenWords(status);
    case 'key':
      if (created) return texts.key.summary(created.facts.name);
      if (keys.length > 0) return texts.key.have(keys.length);
      return passed.has('key') ? texts.skipped : '';
    case 'connect':
      return '';
  }
}

function upstreamWords({ upstreams }: Status): string {
  const real = upstreams.filter(({ kind }) => kind !== 'echo');
  if (real.length === 0) return upstreams.length > 0 ? texts.find.echo : texts.find.none;
  const models = new Set(real.flatMap((upstream) => upstream.models)).size;
  return texts.find.infront(real.map(({ name }) => name).join(', '), models);
}

function listenWords({ server, access }: Status): string {
  const [url] = server.urls;
  if (url === undefined) return texts.listen.stopped;
  const where = access.onLan ? texts.listen.lan : texts.listen.here;
  return texts.listen.summary(url, where.toLowerCase());
}
