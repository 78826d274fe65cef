// Who may do what with a key, in a sentence, and what would become of a request, stage by stage.

import { Autocomplete, Button, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type KeyOperation, operationNames, operations } from '../../../shared/key-policy.ts';
import type { KeyFacts } from '../../../shared/model.ts';
import type { PolicyAnswer } from '../../../shared/policy-model.ts';
import { policySentence } from '../../../shared/policy-sentence.ts';
import { useCalls, useStatus } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { limitTexts } from '../../texts/limit-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/page.tsx';
import { Dot } from '../../ui/pill.tsx';
import '../keys/policy-groups.css';
import { modelsOf } from '../connect/model-choice.ts';

const { test: texts } = limitTexts;

export function PolicyPanel({ facts }: { readonly facts: KeyFacts }) {
  const { sees } = useAbilities();
  return (
    <Panel title={limitTexts.may}>
      <Text size="sm">{policySentence(facts)}</Text>
      {sees && facts.kind === 'inference' && <TestForm facts={facts} />}
    </Panel>
  );
}

function TestForm({ facts }: { readonly facts: KeyFacts }) {
  const { data: status } = useStatus();
  const [operation, setOperation] = useState<KeyOperation>('chat');
  const [model, setModel] = useState('');
  const [from, setFrom] = useState<string>(texts.fromHere);
  const test = useMutation(useCalls().policy.test.mutationOptions());
  return (
    <form
      aria-label={texts.title}
      onSubmit={(event) => {
        event.preventDefault();
        const named = model.trim();
        test.mutate({
          key: facts.id,
          operation,
          from: from.trim() || texts.fromHere,
          ...(named ? { model: named } : {}),
        });
      }}
    >
      <Stack gap="sm" mt={18}>
        <div>
          <Text size="sm" fw={600}>
            {texts.title}
          </Text>
          <Text size="xs" c="dimmed">
            {texts.about}
          </Text>
        </div>
        <Select
          size="xs"
          label={texts.operation}
          data={operationNames.map((name) => ({ value: name, label: operations[name] }))}
          value={operation}
          onChange={(chosen) => setOperation(chosen as KeyOperation)}
          allowDeselect={false}
        />
        <div className="kh-pair" style={{ alignItems: 'end' }}>
          <Autocomplete
            size="xs"
            label={texts.model}
            placeholder={texts.modelNone}
            data={[...modelsOf(status)]}
            value={model}
            onChange={setModel}
          />
          <Autocomplete
            size="xs"
            label={texts.from}
            placeholder="192.168.1.7"
            data={[texts.fromHere]}
            value={from}
            onChange={setFrom}
          />
        </div>
        <div>
          <Button type="submit" size="xs" variant="default" loading={test.isPending}>
            {texts.act}
          </Button>
        </div>
        {test.data && <Verdict answer={test.data} />}
      </Stack>
    </form>
  );
}

function Verdict({ answer: { allowed, decidedBy, stages } }: { readonly answer: PolicyAnswer }) {
  return (
    <Notice
      tone={allowed ? 'good' : 'bad'}
      role="status"
      title={allowed ? texts.allowed : texts.refused(decidedBy ?? '')}
    >
      <ol className="kh-stages-asked" aria-label={texts.stages}>
        {stages.map(({ stage, verdict, reason }) => (
          <li key={stage}>
            <Dot tone={verdict === 'pass' ? 'good' : 'bad'} label={verdict === 'pass' ? texts.pass : texts.refuse} />
            <span>
              <b>{stage}</b> {reason}
            </span>
          </li>
        ))}
      </ol>
    </Notice>
  );
}
