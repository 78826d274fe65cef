// The stages of one request as a bar, each with its name and length beneath.

import './request-stages.css';
import type { RequestView } from '../../../shared/usage-model.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { formatLength } from '../../ui/format.ts';
import { stagesOf } from './stages.ts';

export function RequestStages({ row }: { readonly row: RequestView }) {
  const stages = stagesOf(row);
  const totalMs = Math.max(1, row.endedAt - row.receivedAt);
  return (
    <div className="kh-stages">
      <div className="kh-stages-bar" aria-hidden="true">
        {stages.map(({ name, lengthMs }) => (
          <span key={name} data-stage={name} style={{ flexGrow: Math.max(lengthMs / totalMs, 0.004) }} />
        ))}
      </div>
      <ul aria-label={texts.stages}>
        {stages.map(({ name, lengthMs }) => (
          <li key={name}>
            <span className="kh-stages-mark" data-stage={name} aria-hidden="true" />
            <span>{texts.stageNames[name]}</span>
            <span className="kh-number">{formatLength(lengthMs)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
