// With what one signs in: password, authenticator and the codes for when it is lost.

import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { OwnFacts, PersonFacts } from '../../../shared/people-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { accountTexts as texts } from '../../texts/account-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';
import { SettingRow } from '../../ui/setting-row.tsx';
import type { AccountDialog } from './account-dialogs.tsx';

type SecurityPanelProps = {
  readonly own: OwnFacts;
  readonly person: PersonFacts;
  readonly open: (dialog: AccountDialog) => void;
};

export function SecurityPanel({ own, person, open }: SecurityPanelProps) {
  const { passwordSetAt, totp } = person;
  return (
    <Panel title={texts.security}>
      <div className="kh-rows">
        <SettingRow
          title={texts.password}
          sentence={passwordSetAt === null ? texts.passwordNone : texts.passwordSet(formatMoment(passwordSetAt))}
          control={({ 'aria-describedby': describedBy }) => (
            <Button size="xs" variant="default" aria-describedby={describedBy} onClick={() => open('password')}>
              {passwordSetAt === null ? texts.choosePassword : texts.changePassword}
            </Button>
          )}
        />
        <SettingRow
          title={texts.authenticator}
          sentence={totp ? texts.authenticatorOn : texts.authenticatorOff}
          control={({ 'aria-describedby': describedBy }) => (
            <Group gap="xs" justify="flex-end" maw={{ base: 130, sm: 'none' }}>
              <Button size="xs" variant="default" aria-describedby={describedBy} onClick={() => open('authenticator')}>
                {totp ? texts.replace : texts.setUp}
              </Button>
              {totp && <TurnOff />}
            </Group>
          )}
        />
        {totp && <RecoveryRow left={own.recoveryCodesLeft} open={open} />}
      </div>
    </Panel>
  );
}

function TurnOff() {
  const calls = useCalls();
  const queries = useQueryClient();
  const ask = useAsk();
  const remove = useMutation(
    calls.me.removeTotp.mutationOptions({
      onSuccess: (facts) => queries.setQueryData(calls.me.get.queryKey(), facts),
    }),
  );
  async function act(): Promise<void> {
    const question = { title: texts.turnOffTitle, consequence: texts.turnOffAsk, act: texts.turnOffAct };
    if (await ask.confirm(question)) remove.mutate({});
  }
  return (
    <Button size="xs" variant="default" c="var(--kh-bad)" loading={remove.isPending} onClick={() => void act()}>
      {texts.turnOff}
    </Button>
  );
}

function RecoveryRow({ left, open }: { readonly left: number; readonly open: SecurityPanelProps['open'] }) {
  const ask = useAsk();
  async function act(): Promise<void> {
    const question = { title: texts.newCodesTitle, consequence: texts.newCodesAsk, act: texts.newCodesAct };
    if (await ask.confirm(question)) open('codes');
  }
  return (
    <SettingRow
      title={texts.recovery}
      sentence={texts.recoveryLeft(left)}
      control={({ 'aria-describedby': describedBy }) => (
        <Button size="xs" variant="default" aria-describedby={describedBy} onClick={() => void act()}>
          {texts.newCodes}
        </Button>
      )}
    />
  );
}
