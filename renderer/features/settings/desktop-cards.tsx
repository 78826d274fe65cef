// What only the desktop app has: how it starts, its tray, its command line tool and its updates.

import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useCalls } from '../../api/api-context.tsx';
import { settingsTexts } from '../../texts/settings-texts.ts';
import { Panel } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { SettingRow } from '../../ui/setting-row.tsx';
import { SettingSwitch } from '../../ui/setting-switch.tsx';
import { SettingChoice } from './setting-fields.tsx';

export function DesktopStartup() {
  const { startup: texts } = settingsTexts;
  const calls = useCalls();
  const { data: facts, refetch } = useQuery(calls.desktop.get.queryOptions());
  const install = useMutation(calls.desktop.installCommandLine.mutationOptions({ onSuccess: () => void refetch() }));
  return (
    <>
      {facts?.loginItem !== false && (
        <SettingSwitch name="desktop.openAtLogin" title={texts.openAtLogin} sentence={texts.openAtLoginSentence} />
      )}
      {facts?.tray !== false && (
        <SettingChoice
          name="desktop.trayClick"
          title={texts.trayClick}
          sentence={texts.trayClickSentence}
          choices={texts.trayClicks}
        />
      )}
      <SettingSwitch name="desktop.notifications" title={texts.notifications} sentence={texts.notificationsSentence} />
      <SettingSwitch name="desktop.keepAwake" title={texts.keepAwake} sentence={texts.keepAwakeSentence} />
      {facts && (
        <SettingRow
          title={texts.commandLine}
          sentence={texts.commandLineSentence(facts.commandLine.path)}
          control={({ 'aria-labelledby': labelledBy }) =>
            facts.commandLine.installed ? (
              <Pill tone="good">{texts.installed}</Pill>
            ) : (
              <Button
                variant="default"
                size="xs"
                loading={install.isPending}
                onClick={() => install.mutate({})}
                aria-describedby={labelledBy}
              >
                {texts.install}
              </Button>
            )
          }
        />
      )}
    </>
  );
}

export function UpdatesCard() {
  const { updates: texts } = settingsTexts;
  const calls = useCalls();
  const { data: facts, refetch } = useQuery(calls.desktop.get.queryOptions());
  const check = useMutation(calls.desktop.checkForUpdates.mutationOptions({ onSettled: () => void refetch() }));
  const restart = useMutation(calls.desktop.restartToUpdate.mutationOptions());
  if (!facts) return null;
  const { state, version } = facts.updates;
  const can = state !== 'off';
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        <SettingSwitch name="desktop.updates" title={texts.look} sentence={texts.lookSentence} />
        <SettingRow
          title={version ?? texts.title}
          sentence={<Text inherit>{texts.state[state]}</Text>}
          control={() =>
            state === 'downloaded' ? (
              <Button size="xs" onClick={() => restart.mutate({})} loading={restart.isPending}>
                {texts.restart}
              </Button>
            ) : (
              can && (
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => check.mutate({})}
                  loading={check.isPending || state === 'checking'}
                >
                  {texts.check}
                </Button>
              )
            )
          }
        />
      </div>
    </Panel>
  );
}
