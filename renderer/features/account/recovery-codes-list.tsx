// Recovery codes, shown once: copied or saved by whoever they belong to, and gone with this component.

import { Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { saveFile } from '../../api/save-file.ts';
import { accountTexts } from '../../texts/account-texts.ts';
import { CopyButton } from '../../ui/copy-button.tsx';

const { codes: texts } = accountTexts;

type RecoveryCodesListProps = {
  readonly codes: readonly string[];
  readonly onKept: () => void;
  /** They come with an authenticator that was just set up. */
  readonly isNew?: boolean;
};

export function RecoveryCodesList({ codes, onKept, isNew = false }: RecoveryCodesListProps) {
  const text = codes.join('\n');
  return (
    <Stack>
      <Text size="sm">{isNew ? `${texts.on} ${texts.about}` : texts.about}</Text>
      <ul className="kh-code kh-recovery-codes" aria-label={texts.list}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <CopyButton text={text} what={texts.copy} secret />
          <Button
            variant="default"
            leftSection={<IconDownload size={15} />}
            onClick={() => saveFile(new Blob([`${texts.fileHead}\n\n${text}\n`]), texts.file)}
          >
            {texts.save}
          </Button>
        </Group>
        <Button variant="default" onClick={onKept}>
          {texts.kept}
        </Button>
      </Group>
    </Stack>
  );
}
