// The dialogs of one's own account: another name, another password, an authenticator, new recovery codes. Passwords and codes
// are held here until the dialog closes and are kept nowhere.

import { Button, Group, Modal, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useFocusReturn } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { OwnFacts, PersonFacts } from '../../../shared/people-model.ts';
import { useApi, useCalls } from '../../api/api-context.tsx';
import { accountTexts as texts } from '../../texts/account-texts.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { signInTexts } from '../../texts/sign-in-texts.ts';
import { isError } from '../sign-in/sign-in-failure.tsx';
import { AuthenticatorSetup } from './authenticator-setup.tsx';
import { isLongEnough, NewPasswordField } from './password-rule.tsx';
import { RecoveryCodesList } from './recovery-codes-list.tsx';

export type AccountDialog = 'rename' | 'password' | 'authenticator' | 'codes';

type AccountDialogsProps = {
  readonly dialog: AccountDialog | undefined;
  readonly person: PersonFacts;
  readonly own: OwnFacts;
  readonly onClose: () => void;
};

export function AccountDialogs({ dialog, person, onClose }: AccountDialogsProps) {
  const calls = useCalls();
  const queries = useQueryClient();
  useFocusReturn({ opened: dialog !== undefined });
  const shown = (facts: OwnFacts) => {
    queries.setQueryData(calls.me.get.queryKey(), facts);
    onClose();
  };
  // Their answers are secrets, and do not say what has become of one's own facts.
  const askAnew = () => {
    void queries.invalidateQueries({ queryKey: calls.me.key() });
    onClose();
  };
  if (!dialog) return null;
  switch (dialog) {
    case 'rename':
      return <RenameDialog name={person.name} onRenamed={shown} onClose={onClose} />;
    case 'password':
      return <PasswordDialog name={person.name} onChanged={shown} onClose={onClose} />;
    case 'authenticator':
      return <AuthenticatorDialog onDone={askAnew} onFailed={onClose} />;
    case 'codes':
      return <CodesDialog onDone={askAnew} onFailed={onClose} />;
  }
}

function AuthenticatorDialog({ onDone, onFailed }: CodesDialogProps) {
  const [isOn, setIsOn] = useState(false);
  return (
    <Modal
      opened
      onClose={onDone}
      title={isOn ? texts.codes.title : texts.setup.title}
      size={520}
      closeOnClickOutside={false}
      closeOnEscape={!isOn}
      withCloseButton={!isOn}
    >
      <AuthenticatorSetup onDone={onDone} onCodes={() => setIsOn(true)} onFailed={onFailed} />
    </Modal>
  );
}

type RenameDialogProps = {
  readonly name: string;
  readonly onRenamed: (facts: OwnFacts) => void;
  readonly onClose: () => void;
};

function RenameDialog({ name, onRenamed, onClose }: RenameDialogProps) {
  const [draft, setDraft] = useState(name);
  const rename = useMutation(useCalls().me.rename.mutationOptions({ onSuccess: onRenamed, meta: { quiet: true } }));
  const wanted = draft.trim();
  return (
    <Modal opened onClose={onClose} title={texts.renameTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== '') rename.mutate({ name: wanted });
        }}
      >
        <Stack>
          <TextInput
            label={texts.name}
            data-autofocus
            autoComplete="username"
            maxLength={80}
            value={draft}
            error={rename.error && !isError(rename.error, 'proof_required') && rename.error.message}
            onChange={({ currentTarget }) => setDraft(currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button type="submit" disabled={wanted === '' || wanted === name} loading={rename.isPending}>
              {commonTexts.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type PasswordDialogProps = {
  readonly name: string;
  readonly onChanged: (facts: OwnFacts) => void;
  readonly onClose: () => void;
};

function PasswordDialog({ name, onChanged, onClose }: PasswordDialogProps) {
  const { client } = useApi();
  const [password, setPassword] = useState('');
  // Not through the query cache: it would keep the password.
  const save = useMutation({
    mutationFn: () => client.me.setPassword({ password }).then(onChanged),
    gcTime: 0,
    meta: { quiet: true },
  });
  return (
    <Modal opened onClose={onClose} title={texts.passwordTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isLongEnough(password)) save.mutate();
        }}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {texts.passwordChanged}
          </Text>
          {/* For the browser's own list of passwords. */}
          <input
            className="kh-unseen"
            type="text"
            autoComplete="username"
            value={name}
            readOnly
            tabIndex={-1}
            aria-hidden="true"
          />
          <NewPasswordField
            label={signInTexts.newPassword.newLabel}
            password={password}
            change={setPassword}
            refused={save.error && !isError(save.error, 'proof_required') ? save.error.message : undefined}
            focused
          />
          <Group justify="flex-end">
            <Button type="submit" disabled={!isLongEnough(password)} loading={save.isPending}>
              {commonTexts.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type CodesDialogProps = { readonly onDone: () => void; readonly onFailed: () => void };

function CodesDialog({ onDone, onFailed }: CodesDialogProps) {
  const { client } = useApi();
  const [codes, setCodes] = useState<readonly string[]>();
  // Not through the query cache: they are secrets.
  const { mutate } = useMutation({
    mutationFn: () => client.me.newRecoveryCodes().then((made) => setCodes(made.codes)),
    gcTime: 0,
    onError: onFailed,
  });
  useEffect(() => mutate(), [mutate]);
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={texts.codes.title}
      size={500}
    >
      {codes ? <RecoveryCodesList codes={codes} onKept={onDone} /> : <Skeleton height={160} />}
    </Modal>
  );
}
