// A name and a password for the owner who came in by a link: asked once at sign-in, and again whenever they choose to.

import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { useMe } from '../../api/me.ts';
import { accountTexts } from '../../texts/account-texts.ts';
import { signInTexts } from '../../texts/sign-in-texts.ts';
import { isError } from '../sign-in/sign-in-failure.tsx';
import { isLongEnough, NewPasswordField } from './password-rule.tsx';

const { first: texts } = accountTexts;

/** @param onDone it was saved, or put off */
export function FirstAccountForm({ onDone }: { readonly onDone: () => void }) {
  const { client, calls } = useApi();
  const queries = useQueryClient();
  const person = useMe().data?.person ?? null;
  const [typed, setTyped] = useState<string>();
  const name = typed ?? person?.name ?? '';
  const [password, setPassword] = useState('');
  const ready = name.trim() !== '' && isLongEnough(password);
  // Not through the query cache: it would keep the password.
  const save = useMutation({
    mutationFn: () => client.me.setPassword({ password, name: name.trim() }),
    gcTime: 0,
    meta: { quiet: true },
    onSuccess(own) {
      queries.setQueryData(calls.me.get.queryKey(), own);
      void queries.invalidateQueries({ queryKey: calls.people.key() });
      onDone();
    },
  });
  const { error } = save;
  const ofName = error !== null && isError(error, 'name_taken');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) save.mutate();
      }}
    >
      <Stack>
        <Text c="dimmed">{texts.about}</Text>
        <TextInput
          label={signInTexts.invite.name}
          autoComplete="username"
          spellCheck={false}
          data-autofocus
          maxLength={80}
          value={name}
          error={ofName && error.message}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <NewPasswordField
          label={signInTexts.newPassword.label}
          password={password}
          change={setPassword}
          refused={error && !ofName && !isError(error, 'proof_required') ? error.message : undefined}
        />
        <Group justify="space-between">
          <Button variant="subtle" color="gray" onClick={onDone}>
            {texts.later}
          </Button>
          <Button type="submit" disabled={!ready} loading={save.isPending}>
            {texts.act}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
