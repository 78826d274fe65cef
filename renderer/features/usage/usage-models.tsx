// Which models each key uses most, as parts of a bar and in words.

import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { UsageDetails } from '../../../shared/usage-questions.ts';
import { usageTexts } from '../../texts/usage-texts.ts';
import { formatCompact, formatPercent } from '../../ui/format.ts';
import type { ShowName, UsageChoiceHandle } from './usage-query.ts';

const { models: texts, groups: groupTexts } = usageTexts;

type KeyModels = UsageDetails['modelsByKey'][number];
type UsageModelsProps = {
  readonly keys: readonly KeyModels[];
  readonly show: ShowName;
  readonly narrowedTo: UsageChoiceHandle['narrowedTo'];
};

export function UsageModelsByKey({ keys, show, narrowedTo }: UsageModelsProps) {
  const colors = colorsOf(keys);
  if (keys.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {texts.none}
      </Text>
    );
  }
  return (
    <ul className="kh-key-models kh-rows">
      {keys.map((key) => (
        <li key={key.keyId ?? ''} className="kh-key-model">
          <Anchor component={Link} href={narrowedTo('key', key.keyId)} size="sm" c="inherit" className="kh-clip">
            {key.keyId === null ? groupTexts.key : key.label}
          </Anchor>
          <Parts ofKey={key} show={show} colors={colors} />
        </li>
      ))}
    </ul>
  );
}

function Parts({
  ofKey,
  show,
  colors,
}: {
  readonly ofKey: KeyModels;
  readonly show: ShowName;
  readonly colors: ReadonlyMap<string | null, string>;
}) {
  const all = Math.max(1, ofKey[show]);
  const parts = [
    ...ofKey.models.map((one) => ({
      name: one.model ?? groupTexts.model,
      value: one[show],
      color: colors.get(one.model) ?? 'var(--kh-chart-other)',
    })),
    { name: texts.others(ofKey.others.models), value: ofKey.others[show], color: 'var(--kh-chart-other)' },
  ].filter(({ value }) => value > 0);
  return (
    <div>
      <span className="kh-parts" aria-hidden="true">
        {parts.map(({ name, value, color }) => (
          <span key={name} style={{ width: `${(value / all) * 100}%`, background: color }} />
        ))}
      </span>
      <ul className="kh-legend kh-parts-legend">
        {parts.map(({ name, value, color }) => (
          <li key={name}>
            <span className="kh-swatch" style={{ background: color }} aria-hidden="true" />
            <span className="kh-clip">{name}</span>
            <span>
              {formatCompact(value)} · {formatPercent(value / all)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

// A model has the same colour with every key; by how much of it there is.
function colorsOf(keys: readonly KeyModels[]): ReadonlyMap<string | null, string> {
  const tokens = new Map<string | null, number>();
  for (const { models } of keys) {
    for (const { model, tokens: more, requests } of models)
      tokens.set(model, (tokens.get(model) ?? 0) + more + requests / 1000);
  }
  const ranked = [...tokens].sort(([, a], [, b]) => b - a).slice(0, 9);
  return new Map(ranked.map(([model], at) => [model, `var(--kh-chart-${at + 1})`]));
}
