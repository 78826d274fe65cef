// How a figure differs from the time before, in green where that is better and red where it is worse; nothing where there
// was nothing before.

import type { ReactNode } from 'react';
import { usageTexts } from '../../texts/usage-texts.ts';
import { formatChange, formatSigned } from '../../ui/format.ts';

const { tiles: texts } = usageTexts;

type Better = 'more' | 'less' | undefined;

/** A share of what it was. */
export function changeInShare(now: number, before: number, better?: Better): ReactNode {
  if (before === 0) return null;
  const share = now / before - 1;
  return Math.abs(share) < 0.005 ? texts.same : <Change text={formatChange(share)} by={share} better={better} />;
}

export function changeInMs(now: number | null, before: number | null): ReactNode {
  if (now === null || before === null) return null;
  const by = Math.round(now - before);
  return by === 0 ? texts.same : <Change text={texts.milliseconds(formatSigned(by))} by={by} better="less" />;
}

/** Tokens a second. */
export function changeInRate(now: number | null, before: number | null): ReactNode {
  if (now === null || before === null) return null;
  const by = Math.round((now - before) * 10) / 10;
  return by === 0 ? texts.same : <Change text={formatSigned(by)} by={by} better="more" />;
}

function Change({ text, by, better }: { readonly text: string; readonly by: number; readonly better: Better }) {
  const tone = better === undefined ? undefined : by > 0 === (better === 'more') ? 'good' : 'bad';
  return (
    <span className="kh-change" data-tone={tone}>
      {text}
    </span>
  );
}
