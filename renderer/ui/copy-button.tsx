// Copies a text and says so on the button itself. Secrets go through Keyhatch where it can clear the clipboard again.

import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { type CopyState, useCopy } from '../api/copy.ts';
import { commonTexts as texts } from '../texts/common-texts.ts';

type CopyProps = {
  readonly text: string;
  /** What is copied, for those who only hear it: "address". */
  readonly what: string;
  readonly secret?: boolean;
  /** Once it is on the clipboard. */
  readonly onCopied?: ((clearsAfterMs: number | null) => void) | undefined;
};

const words: Readonly<Record<CopyState, string>> = { idle: texts.copy, copied: texts.copied, failed: texts.copyFailed };

export function CopyIcon({ text, what, secret = false, onCopied }: CopyProps) {
  const { state, copy } = useCopy();
  return (
    <Tooltip label={words[state]}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={texts.copyThat(what)}
        onClick={() => void copy(text, { secret }).then((clears) => clears !== undefined && onCopied?.(clears))}
      >
        {state === 'copied' ? <IconCheck size={15} /> : <IconCopy size={15} />}
      </ActionIcon>
    </Tooltip>
  );
}

export function CopyButton({ text, what, secret = false, onCopied }: CopyProps) {
  const { state, copy } = useCopy();
  return (
    <Button
      leftSection={state === 'copied' ? <IconCheck size={16} /> : <IconCopy size={16} />}
      aria-label={state === 'idle' ? texts.copyThat(what) : words[state]}
      onClick={() => void copy(text, { secret }).then((clears) => clears !== undefined && onCopied?.(clears))}
    >
      {words[state]}
    </Button>
  );
}

/** A text of one line with its copy button: an address, a key, a model's id. */
export function Copyable({
  text,
  what,
  shown = text,
}: {
  readonly text: string;
  readonly what: string;
  readonly shown?: string;
}) {
  return (
    <span className="kh-chip">
      <code className="kh-clip">{shown}</code>
      <CopyIcon text={text} what={what} />
    </span>
  );
}
