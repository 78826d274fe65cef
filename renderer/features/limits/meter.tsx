// How full something is, as a thin bar: what is used, what is held for requests that run, and where the owner is warned.

import './meter.css';
import { limitTexts as texts } from '../../texts/limit-texts.ts';
import { formatPercent } from '../../ui/format.ts';
import type { Tone } from '../../ui/tone.ts';

type MeterProps = {
  /** What is used, for those who do not see it. */
  readonly label: string;
  /** Shares from 0 to 1. */
  readonly used: number;
  readonly held?: number;
  readonly mark?: number | undefined;
  readonly markLabel?: string;
  readonly tone?: Tone;
};

export function Meter({ label, used, held = 0, mark, markLabel = '', tone = 'accent' }: MeterProps) {
  const rest = Math.min(held, 1 - used);
  return (
    <div className="kh-meter" data-tone={tone} role="img" aria-label={texts.meter(label, formatPercent(used))}>
      <span style={{ width: `${used * 100}%` }} />
      {rest > 0 && <span className="kh-meter-held" style={{ left: `${used * 100}%`, width: `${rest * 100}%` }} />}
      {mark !== undefined && mark > 0 && mark < 1 && (
        <i style={{ left: `${mark * 100}%` }} title={markLabel} aria-hidden="true" />
      )}
    </div>
  );
}
