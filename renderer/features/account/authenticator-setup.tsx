// Sets an authenticator up: its secret as a picture and as text, one code to show that it works, and the recovery codes,
// once. All of that lives in this component's state and goes with it.

import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { QRCodeSVG } from 'qrcode.react';
import { useEffect, useState } from 'react';
import type { TotpBegun } from '../../../shared/people-model.ts';
import { useApi } from '../../api/api-context.tsx';
import { accountTexts } from '../../texts/account-texts.ts';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { CodeField } from '../sign-in/second-step-field.tsx';
import { isError } from '../sign-in/sign-in-failure.tsx';
import { RecoveryCodesList } from './recovery-codes-list.tsx';
import './account.css';

const { setup: texts } = accountTexts;

type AuthenticatorSetupProps = {
  readonly onDone: () => void;
  /** It is on, and what is left are the codes, which must not be lost without a word. */
  readonly onCodes: () => void;
  /** When it could not even be begun. */
  readonly onFailed?: () => void;
};

export function AuthenticatorSetup({ onDone, onCodes, onFailed }: AuthenticatorSetupProps) {
  const { client } = useApi();
  const [begun, setBegun] = useState<TotpBegun>();
  const [code, setCode] = useState('');
  const [codes, setCodes] = useState<readonly string[]>();
  // Not through the query cache: both answers are secrets.
  const begin = useMutation({
    mutationFn: () => client.me.beginTotp().then(setBegun),
    gcTime: 0,
    onError: () => onFailed?.(),
  });
  const confirm = useMutation({
    mutationFn: () => client.me.confirmTotp({ code }).then((made) => setCodes(made.codes)),
    gcTime: 0,
    meta: { quiet: true },
    onSuccess: onCodes,
  });
  const { mutate } = begin;
  useEffect(() => mutate(), [mutate]);

  if (codes) return <RecoveryCodesList codes={codes} onKept={onDone} isNew />;
  if (begin.isError) {
    return (
      <Stack>
        <Text size="sm" c="var(--kh-bad)">
          {begin.error.message}
        </Text>
        <div>
          <Button onClick={() => mutate()}>{texts.begin}</Button>
        </div>
      </Stack>
    );
  }
  if (!begun) return <Skeleton height={220} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (code.length === 6) confirm.mutate();
      }}
    >
      <Stack>
        <Secret begun={begun} />
        <CodeField label={texts.confirm} code={code} change={setCode} />
        {confirm.error && (
          <Text size="sm" c="var(--kh-bad)" role="alert">
            {isError(confirm.error, 'totp_wrong') ? texts.wrong : confirm.error.message}
          </Text>
        )}
        <Group justify="flex-end">
          <Button type="submit" disabled={code.length !== 6} loading={confirm.isPending}>
            {texts.act}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Secret({ begun: { secret, url } }: { readonly begun: TotpBegun }) {
  return (
    <>
      <Text size="sm">{texts.scan}</Text>
      <div className="kh-authenticator">
        {/* Black on white in both themes: many cameras do not read it the other way round. */}
        <QRCodeSVG value={url} size={168} marginSize={2} title={texts.qr} bgColor="#ffffff" fgColor="#000000" />
        <div style={{ minWidth: 0 }}>
          <Text size="xs" c="dimmed">
            {texts.secret}
          </Text>
          <Group gap={4} wrap="nowrap">
            <code className="kh-secret-text">{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
            <CopyIcon text={secret} what={texts.secret} secret />
          </Group>
        </div>
      </div>
    </>
  );
}
