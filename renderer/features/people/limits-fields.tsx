// The ceiling of all that a person's keys may have: how many, for how long, and the groups that a key itself has too.

import { peopleTexts } from '../../texts/people-texts.ts';
import type { Wrong } from '../keys/policy-draft.ts';
import { AmountInput } from '../keys/policy-fields.tsx';
import { PolicyGroups } from '../keys/policy-groups.tsx';
import type { LimitsDraft } from './limits-draft.ts';

const { limits: texts } = peopleTexts;

type LimitsFieldsProps = {
  readonly draft: LimitsDraft;
  readonly change: (draft: LimitsDraft) => void;
  readonly wrong: Wrong;
};

export function LimitsFields({ draft, change, wrong }: LimitsFieldsProps) {
  return (
    <fieldset aria-label={texts.group} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <div className="kh-pair" style={{ marginBottom: 12, alignItems: 'end' }}>
        <AmountInput
          label={texts.keys}
          min={0}
          max={1000}
          placeholder="0"
          value={draft.keys}
          onChange={(keys) => change({ ...draft, keys })}
        />
        <AmountInput
          label={texts.expires}
          min={1}
          max={3650}
          placeholder={texts.expiresNone}
          value={draft.expiresDays}
          onChange={(expiresDays) => change({ ...draft, expiresDays })}
        />
      </div>
      <PolicyGroups
        ceiling
        draft={draft.policy}
        change={(patch) => change({ ...draft, policy: { ...draft.policy, ...patch } })}
        wrong={wrong}
      />
    </fieldset>
  );
}
