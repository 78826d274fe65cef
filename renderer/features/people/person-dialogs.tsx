// The dialogs that change a person: role, name, and what they may have.

import { Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useFocusReturn } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { PersonEdit, PersonFacts, Role } from '../../../shared/people-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { accountTexts } from '../../texts/account-texts.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { peopleTexts as texts } from '../../texts/people-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { limitsDraftOf, limitsInputOf, wrongWithLimits } from './limits-draft.ts';
import { LimitsFields } from './limits-fields.tsx';
import { givenRoles } from './role-choice.ts';
import { useAskAnew } from './use-people.ts';

export type PersonDialog = { readonly kind: 'role' | 'limits' | 'rename'; readonly person: PersonFacts };

type PersonDialogsProps = { readonly dialog: PersonDialog | undefined; readonly onClose: () => void };

export function PersonDialogs({ dialog, onClose }: PersonDialogsProps) {
  useFocusReturn({ opened: dialog !== undefined });
  if (!dialog) return null;
  const props = { person: dialog.person, onClose };
  switch (dialog.kind) {
    case 'role':
      return <RoleDialog {...props} />;
    case 'limits':
      return <LimitsDialog {...props} />;
    case 'rename':
      return <RenameDialog {...props} />;
  }
}

type DialogProps = { readonly person: PersonFacts; readonly onClose: () => void };

function useEdit({ person, onClose }: DialogProps) {
  const askAnew = useAskAnew();
  const edit = useMutation(
    useCalls().people.edit.mutationOptions({
      onSuccess() {
        askAnew();
        onClose();
      },
    }),
  );
  return {
    save: (patch: Omit<PersonEdit, 'ref'>) => edit.mutate({ ref: person.id, ...patch } as PersonEdit),
    isPending: edit.isPending,
  };
}

type FrameProps = Pick<DialogProps, 'onClose'> & {
  readonly title: string;
  readonly about: string;
  readonly ready: boolean;
  readonly pending: boolean;
  readonly save: () => void;
  readonly children: ReactNode;
};

function Frame({ title, about, ready, pending, save, onClose, children }: FrameProps) {
  return (
    <Modal opened onClose={onClose} title={title} size={520}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save();
        }}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
          {children}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              {commonTexts.cancel}
            </Button>
            <Button type="submit" disabled={!ready} loading={pending}>
              {commonTexts.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function RoleDialog(props: DialogProps) {
  const { person, onClose } = props;
  const { owns } = useAbilities();
  const [role, setRole] = useState<Role>(person.role);
  const { save, isPending } = useEdit(props);
  return (
    <Frame
      title={texts.roleDialog.title(person.name)}
      about={texts.roleDialog.about}
      ready={role !== person.role}
      pending={isPending}
      save={() => save({ role })}
      onClose={onClose}
    >
      <Radio.Group aria-label={texts.columns.role} value={role} onChange={(chosen) => setRole(chosen as Role)}>
        <Stack gap="sm">
          {givenRoles(owns).map((value) => (
            <Radio
              key={value}
              value={value}
              label={texts.roles[value]}
              description={accountTexts.roleSentences[value]}
            />
          ))}
        </Stack>
      </Radio.Group>
      {role === 'viewer' && person.role !== 'viewer' && (
        <Notice tone="limited" role="note">
          {texts.roleDialog.keysStop}
        </Notice>
      )}
    </Frame>
  );
}

function LimitsDialog(props: DialogProps) {
  const { person, onClose } = props;
  const [draft, setDraft] = useState(() => limitsDraftOf(person.limits));
  const { save, isPending } = useEdit(props);
  const wrong = wrongWithLimits(draft);
  return (
    <Frame
      title={texts.limitsDialog.title(person.name)}
      about={texts.limitsDialog.about}
      ready={Object.keys(wrong).length === 0}
      pending={isPending}
      save={() => save({ limits: limitsInputOf(draft) })}
      onClose={onClose}
    >
      <LimitsFields draft={draft} change={setDraft} wrong={wrong} />
    </Frame>
  );
}

function RenameDialog(props: DialogProps) {
  const { person, onClose } = props;
  const [name, setName] = useState(person.name);
  const { save, isPending } = useEdit(props);
  const wanted = name.trim();
  return (
    <Frame
      title={texts.renameDialog.title(person.name)}
      about={texts.renameDialog.about}
      ready={wanted !== '' && wanted !== person.name}
      pending={isPending}
      save={() => save({ name: wanted })}
      onClose={onClose}
    >
      <TextInput
        label={texts.columns.name}
        data-autofocus
        maxLength={80}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
    </Frame>
  );
}
