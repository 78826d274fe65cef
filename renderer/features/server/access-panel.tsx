// The switches that decide who may come in. Each acts at once; those that open the door wider than one may think ask first.

import { Button, Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { Link } from 'wouter';
import type { Status } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { useSetting } from '../../api/settings-access.ts';
import { networkTexts } from '../../texts/network-texts.ts';
import { serverTexts } from '../../texts/server-texts.ts';
import { later, useFetchLater } from '../../ui/later.tsx';
import { Panel } from '../../ui/page.tsx';
import { SettingRow } from '../../ui/setting-row.tsx';
import { SettingSwitch } from '../../ui/setting-switch.tsx';

const { access: texts } = serverTexts;
const LanDialog = later(() => import('./lan-dialog.tsx').then(({ LanDialog: dialog }) => dialog));

export function AccessPanel({ status }: { readonly status: Status }) {
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        <SettingSwitch
          name="access.requireKey"
          title={texts.requireKey}
          sentence={status.access.requireKey ? texts.requireKeySentence : texts.keysOffSentence}
        />
        <LanSwitch access={status.access} />
        <SettingSwitch name="access.localhostBypass" title={texts.bypass} sentence={texts.bypassSentence} />
        <WebPages />
      </div>
    </Panel>
  );
}

export function LanSwitch({ access }: { readonly access: Status['access'] }) {
  const calls = useCalls();
  const { owns } = useAbilities();
  const hosts = useSetting('server.hosts');
  const setLan = useMutation(calls.server.setLan.mutationOptions());
  const [choosing, setChoosing] = useState(false);
  useFetchLater(LanDialog);
  const sentence = !access.onLan ? texts.lanOff : access.requireKey ? texts.lanOn : texts.lanOpen;
  const disabled = !owns || !hosts || hosts.setByFlag || setLan.isPending;
  return (
    <>
      <SettingRow
        title={texts.lan}
        sentence={
          <>
            {sentence}
            {access.onLan && !disabled && (
              <Button variant="subtle" size="compact-xs" onClick={() => setChoosing(true)}>
                {networkTexts.lan.change}
              </Button>
            )}
          </>
        }
        setByFlag={hosts?.setByFlag ?? false}
        control={(named) => (
          <Switch
            {...named}
            checked={access.onLan}
            disabled={disabled}
            onChange={({ currentTarget }) => (currentTarget.checked ? setChoosing(true) : setLan.mutate({ on: false }))}
          />
        )}
      />
      {choosing && (
        <Suspense fallback={null}>
          <LanDialog access={access} onClose={() => setChoosing(false)} />
        </Suspense>
      )}
    </>
  );
}

function WebPages() {
  const mode = useSetting('cors.mode');
  const publicModels = useSetting('access.publicModels');
  const sentence = `${texts.cors[mode?.value ?? 'off']}${publicModels?.value ? texts.publicModels : ''}`;
  return (
    <SettingRow
      title={texts.web}
      sentence={sentence}
      control={({ 'aria-labelledby': labelledBy }) => (
        <Button component={Link} href="/settings" variant="default" size="compact-sm" aria-describedby={labelledBy}>
          {texts.change}
        </Button>
      )}
    />
  );
}
