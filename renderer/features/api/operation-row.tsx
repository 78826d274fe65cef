// One call of the admin API: how it is spelled and what it does; opened, what it takes and an example.

import './api.css';
import { Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronRight } from '@tabler/icons-react';
import { useId } from 'react';
import { type ApiField, type ApiOperation, curlText } from '../../../shared/api-document.ts';
import { apiTexts as texts } from '../../texts/api-texts.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Pill } from '../../ui/pill.tsx';

type OperationRowProps = { readonly operation: ApiOperation; readonly baseUrl: string };

export function OperationRow({ operation, baseUrl }: OperationRowProps) {
  const { method, path, summary } = operation;
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  return (
    <div className="kh-operation">
      <UnstyledButton onClick={toggle} aria-expanded={opened} aria-controls={id} className="kh-operation-head">
        <IconChevronRight size={14} className="kh-operation-mark" data-open={opened} aria-hidden="true" />
        <Pill tone={method === 'GET' ? 'off' : method === 'DELETE' ? 'bad' : 'accent'}>{method}</Pill>
        <code>{path}</code>
        <Text span size="sm" c="dimmed" className="kh-operation-summary">
          {summary}
        </Text>
      </UnstyledButton>
      <div id={id}>{opened && <Details operation={operation} baseUrl={baseUrl} />}</div>
    </div>
  );
}

function Details({ operation, baseUrl }: OperationRowProps) {
  const { about, fields, answers } = operation;
  return (
    <Stack gap="sm" pb="md" pl={22}>
      {about !== null && <Text size="sm">{about}</Text>}
      {fields.length > 0 && <Fields fields={fields} />}
      {answers !== 'object' && (
        <Text size="sm" c="dimmed">
          {texts.answers} {answers}
        </Text>
      )}
      <CodeBlock code={curlText(operation, baseUrl)} language="shell" what={texts.copyExample} />
    </Stack>
  );
}

function Fields({ fields }: { readonly fields: readonly ApiField[] }) {
  return (
    <dl className="kh-operation-fields">
      {fields.map(({ name, place, type, required }) => (
        <div key={`${place} ${name}`}>
          <dt>
            <code>{name}</code> {required && <Pill tone="limited">{texts.needed}</Pill>}
          </dt>
          <dd>
            <Text span size="sm">
              {type}
            </Text>{' '}
            <Text span size="xs" c="dimmed">
              {texts.places[place] ?? place}
            </Text>
          </dd>
        </div>
      ))}
    </dl>
  );
}
