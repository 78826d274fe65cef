// The steps of one client with address, key and model filled in: where each goes, and what, ready to copy. A key that is
// given here is a secret, and is neither kept nor passed on but to the clipboard.

import { Stack, Text, Title } from '@mantine/core';
import { type RenderedStep, renderSnippet, type SnippetInput } from '../../../shared/snippets.ts';
import type { Client, Field, Where } from '../../../shared/snippets-template.ts';
import { connectTexts as texts } from '../../texts/connect-texts.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { CopyIcon } from '../../ui/copy-button.tsx';
import './connect.css';
import type { System } from './system.ts';

type SnippetStepsProps = {
  readonly client: Client;
  readonly input: SnippetInput;
  readonly system: System;
  /** When something with the key in it was copied. */
  readonly onKeyCopied?: ((clearsAfterMs: number | null) => void) | undefined;
};

export function SnippetSteps({ client, input, system, onKeyCopied }: SnippetStepsProps) {
  const steps = renderSnippet(client, input);
  return (
    <Stack gap="md">
      {steps.map((step, index) => (
        <div key={step.title}>
          <Title order={3} size="sm" fw={600} mb={6}>
            {steps.length > 1 && <span aria-hidden="true">{index + 1}. </span>}
            {step.title}
          </Title>
          <StepBody step={step} secret={input.key} system={system} onKeyCopied={onKeyCopied} />
        </div>
      ))}
    </Stack>
  );
}

type StepBodyProps = {
  readonly step: RenderedStep;
  readonly secret: string | undefined;
  readonly system: System;
  readonly onKeyCopied: SnippetStepsProps['onKeyCopied'];
};

function StepBody({ step, secret, system, onKeyCopied }: StepBodyProps) {
  const isSecret = (text: string) => secret !== undefined && text.includes(secret);
  if (step.language === 'fields') {
    return (
      <div className="kh-code">
        <div className="kh-code-head">
          <div className="kh-code-where">
            <Place where={step.where} system={system} />
          </div>
        </div>
        <dl className="kh-fields">
          {step.fields.map((field) => (
            <FieldRow
              key={field.label}
              field={field}
              secret={isSecret(field.value)}
              onCopied={isSecret(field.value) ? onKeyCopied : undefined}
            />
          ))}
        </dl>
      </div>
    );
  }
  return (
    <CodeBlock
      code={step.code}
      language={step.language}
      what={texts.code(step.title)}
      secret={isSecret(step.code)}
      onCopied={isSecret(step.code) ? onKeyCopied : undefined}
      head={<Place where={step.where} system={system} />}
    />
  );
}

function FieldRow({
  field: { label, value, kind },
  secret,
  onCopied,
}: {
  readonly field: Field;
  readonly secret: boolean;
  readonly onCopied: SnippetStepsProps['onKeyCopied'];
}) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {kind === 'copy' ? (
          <>
            <code>{value}</code>
            <CopyIcon text={value} what={texts.fieldOf(label)} secret={secret} onCopied={onCopied} />
          </>
        ) : (
          <span>
            {value}{' '}
            <Text span size="xs" c="dimmed">
              ({texts.chooseField})
            </Text>
          </span>
        )}
      </dd>
    </div>
  );
}

function Place({ where, system }: { readonly where: Where; readonly system: System }) {
  switch (where.kind) {
    case 'file':
      return (
        <>
          {texts.inFile} <code>{where[system]}</code> <CopyPath path={where[system]} />
          {where.via && <div>{texts.or(where.via)}</div>}
        </>
      );
    case 'ui':
      return (
        <>
          {texts.inProgram}: {where.path}
        </>
      );
    case 'terminal':
      return texts.inTerminal;
    case 'source':
      return texts.inSource;
  }
}

function CopyPath({ path }: { readonly path: string }) {
  return (
    <span style={{ display: 'inline-block', verticalAlign: 'middle' }}>
      <CopyIcon text={path} what={texts.path} />
    </span>
  );
}
