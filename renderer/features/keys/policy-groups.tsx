// What a key may do and how much, in folded groups: each says in a line what is set in it, and opens by itself where
// something in it is wrong. The same for keys and for what a project's keys begin with.

import './policy-groups.css';
import { Accordion, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { keyFormTexts as texts } from '../../texts/key-form-texts.ts';
import { BudgetFields } from './budget-fields.tsx';
import type { PolicyDraft, Wrong } from './policy-draft.ts';
import { CapFields, ModelFields, NetworkFields, RateFields } from './policy-fields.tsx';
import { groupSummary, type PolicyGroup } from './policy-words.ts';
import { RightsFields } from './rights-fields.tsx';

export type PolicyFieldsProps = {
  readonly draft: PolicyDraft;
  readonly change: (patch: Partial<PolicyDraft>) => void;
  /** Shown beside the fields; empty until somebody tried to save. */
  readonly wrong: Wrong;
  /** For what a person's keys may have at most: only what there is such a ceiling of. */
  readonly ceiling?: boolean;
};

const allGroups = Object.keys(texts.groups) as PolicyGroup[];
const ceilingGroups: readonly PolicyGroup[] = ['rights', 'models', 'rates', 'budgets'];

const fieldsOf: Readonly<Record<PolicyGroup, (props: PolicyFieldsProps) => ReactNode>> = {
  rights: (props) => <RightsFields {...props} />,
  models: (props) => <ModelFields {...props} />,
  networks: (props) => <NetworkFields {...props} />,
  rates: (props) => <RateFields {...props} />,
  budgets: (props) => <BudgetFields {...props} />,
  caps: (props) => <CapFields {...props} />,
};

export function PolicyGroups(props: PolicyFieldsProps) {
  const [open, setOpen] = useState<readonly string[]>([]);
  const groups = props.ceiling ? ceilingGroups : allGroups;
  const wrong = groups.filter((group) => isWrong(group, props));
  return (
    <Accordion
      multiple
      className="kh-groups"
      variant="default"
      keepMounted={false}
      value={[...new Set([...open, ...wrong])]}
      onChange={setOpen}
    >
      {groups.map((group) => (
        <Accordion.Item key={group} value={group}>
          <Accordion.Control>
            <Fold title={texts.groups[group]} summary={groupSummary(group, props.draft)} />
          </Accordion.Control>
          <Accordion.Panel>{fieldsOf[group](props)}</Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

/** A fold's name, and on the right what is set in it. */
export function Fold({ title, summary }: { readonly title: string; readonly summary: string }) {
  return (
    <span className="kh-fold">
      <span>{title}</span>
      <Text span size="xs" c="dimmed" className="kh-clip">
        {summary}
      </Text>
    </span>
  );
}

function isWrong(group: PolicyGroup, { wrong, draft }: PolicyFieldsProps): boolean {
  switch (group) {
    case 'rights':
      return wrong['operations'] !== undefined;
    case 'models':
      return wrong['models'] !== undefined;
    case 'networks':
      return wrong['networks'] !== undefined;
    case 'budgets':
      return draft.budgets.some(({ id }) => wrong[id] !== undefined);
    case 'rates':
    case 'caps':
      return false;
  }
}
