// States as people see them: a word in a pill, or a dot beside a name. Colour never says it alone.

import type { ReactNode } from 'react';
import type { Tone } from './tone.ts';

export function Pill({
  tone,
  dot = false,
  children,
}: {
  readonly tone: Tone;
  readonly dot?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <span className="kh-pill" data-tone={tone}>
      {dot && <span className="kh-dot" aria-hidden="true" />}
      {children}
    </span>
  );
}

/** @param label what the dot means, for those who do not see it */
export function Dot({ tone, label }: { readonly tone: Tone; readonly label: string }) {
  return <span className="kh-dot" data-tone={tone} role="img" aria-label={label} title={label} />;
}
