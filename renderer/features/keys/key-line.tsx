// A new key with its copy button, and the lines with which programs read it from the environment. Both hold a secret: it
// comes in as a prop and goes to the clipboard, nowhere else.

import { Group, Text, UnstyledButton } from '@mantine/core';
import { type EnvLines, envLines } from '../../../shared/snippets.ts';
import { useCopy } from '../../api/copy.ts';
import { shownOnceTexts as texts } from '../../texts/shown-once-texts.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatLength } from '../../ui/format.ts';
import { systemOf } from '../connect/system.ts';
import '../connect/connect.css';

type OnCopied = (clearsAfterMs: number | null) => void;

export function KeyLine({ value, onCopied }: { readonly value: string; readonly onCopied: OnCopied }) {
  return (
    <section className="kh-code kh-key-line" aria-label={texts.yourKey}>
      {/* Marking and copying it by hand counts as well. */}
      <code onCopy={() => onCopied(null)}>{value}</code>
      <CopyButton text={value} what={texts.key} secret onCopied={onCopied} />
    </section>
  );
}

type EnvCopiesProps = {
  readonly value: string;
  readonly baseUrl: string;
  /** Undefined before anything was copied, null where it stays on the clipboard. */
  readonly clearsAfterMs: number | null | undefined;
  readonly onCopied: OnCopied;
};

export function EnvCopies({ value, baseUrl, clearsAfterMs, onCopied }: EnvCopiesProps) {
  const families = envLines({ baseUrl, key: value }).filter(({ id }) => id !== 'ollama');
  return (
    <Group justify="space-between" gap="xs" mt={8}>
      <Group gap="4px 10px" style={{ fontSize: 'var(--mantine-font-size-xs)' }}>
        <Text inherit c="dimmed">
          {texts.copyAs}
        </Text>
        {families.map((lines) => (
          <EnvCopy key={lines.id} lines={lines} onCopied={onCopied} />
        ))}
      </Group>
      {typeof clearsAfterMs === 'number' && (
        <Text size="xs" c="dimmed" role="status">
          {texts.clears(formatLength(clearsAfterMs))}
        </Text>
      )}
    </Group>
  );
}

function EnvCopy({ lines, onCopied }: { readonly lines: EnvLines; readonly onCopied: OnCopied }) {
  const { state, copy } = useCopy();
  const variable = lines.variables[0]?.name ?? lines.name;
  const text = systemOf(navigator.platform) === 'windows' ? lines.powershell : lines.shell;
  return (
    <UnstyledButton
      aria-label={`${texts.copyAs} ${texts.linesFor(variable)}`}
      onClick={() => void copy(text, { secret: true }).then((clears) => clears !== undefined && onCopied(clears))}
      style={{ fontSize: 'inherit', color: 'var(--kh-accent-text)', fontWeight: 500 }}
    >
      {state === 'copied' ? texts.copiedLines(variable) : variable}
    </UnstyledButton>
  );
}
