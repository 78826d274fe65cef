// Every setting, in cards. Each acts at once.

import type { Status } from '../../../shared/model.ts';
import { useApi, useStatus } from '../../api/api-context.tsx';
import { useSetting } from '../../api/settings-access.ts';
import { captureTexts } from '../../texts/capture-texts.ts';
import { networkTexts } from '../../texts/network-texts.ts';
import { serverTexts } from '../../texts/server-texts.ts';
import { settingsTexts as texts } from '../../texts/settings-texts.ts';
import { tlsTexts } from '../../texts/tls-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { SettingSwitch } from '../../ui/setting-switch.tsx';
import { CaptureCard } from '../capture/capture-card.tsx';
import { wrongNetworks } from '../keys/policy-draft.ts';
import { LanSwitch } from '../server/access-panel.tsx';
import { TlsCard } from '../tls/tls-card.tsx';
import { AboutCard } from './about-card.tsx';
import { ConnectionsCard, LockoutCard } from './connections-card.tsx';
import { DashboardCard } from './dashboard-card.tsx';
import { DataCard } from './data-card.tsx';
import { DesktopStartup, UpdatesCard } from './desktop-cards.tsx';
import { NewKeysCard } from './new-keys-card.tsx';
import { SettingChoice, SettingList, SettingNumber } from './setting-fields.tsx';
import { type SettingsCard, SettingsColumns } from './settings-columns.tsx';
import { TimeZoneField } from './time-zone-field.tsx';

const mebibyte = 1024 * 1024;

export function SettingsPage() {
  return (
    <Page title={texts.title}>
      <Answer query={useStatus()} lines={8}>
        {(status) => <Cards status={status} />}
      </Answer>
    </Page>
  );
}

function Cards({ status }: { readonly status: Status }) {
  const { host } = useApi();
  // What belongs to the desktop app alone is asked of it in its own window.
  const desktop = status.shell === 'desktop' && host === 'window';
  const updates: SettingsCard = { title: texts.updates.title, card: <UpdatesCard /> };
  return (
    <SettingsColumns
      columns={[
        [
          { title: texts.startup.title, card: <StartupCard desktop={desktop} /> },
          { title: texts.network.title, card: <NetworkCard status={status} /> },
          { title: tlsTexts.title, card: <TlsCard status={status} /> },
          { title: texts.access.title, card: <AccessCard /> },
          { title: texts.newKeys.title, card: <NewKeysCard /> },
          { title: texts.limits.title, card: <LimitsCard /> },
        ],
        [
          { title: networkTexts.connections.title, card: <ConnectionsCard /> },
          { title: networkTexts.lockout.title, card: <LockoutCard /> },
          { title: texts.data.title, card: <DataCard status={status} /> },
          { title: captureTexts.settings.title, card: <CaptureCard /> },
          { title: texts.dashboard.title, card: <DashboardCard status={status} inBrowser={host === 'browser'} /> },
          { title: texts.privacy.title, card: <PrivacyCard desktop={desktop} /> },
          ...(desktop ? [updates] : []),
          { title: texts.about.title, card: <AboutCard status={status} /> },
        ],
      ]}
    />
  );
}

function StartupCard({ desktop }: { readonly desktop: boolean }) {
  return (
    <Panel title={texts.startup.title}>
      <div className="kh-rows">
        <SettingSwitch
          name="server.autoStart"
          title={texts.startup.autoStart}
          sentence={texts.startup.autoStartSentence}
        />
        {desktop && <DesktopStartup />}
      </div>
    </Panel>
  );
}

function NetworkCard({ status }: { readonly status: Status }) {
  const { network } = texts;
  return (
    <Panel title={network.title}>
      <div className="kh-rows">
        <SettingNumber name="server.port" title={network.port} sentence={network.portSentence} min={1} max={65_535} />
        <LanSwitch access={status.access} />
        <SettingList name="server.hosts" title={network.hosts} sentence={network.hostsSentence} />
        <SettingList name="server.allowedHosts" title={network.allowedHosts} sentence={network.allowedHostsSentence} />
      </div>
    </Panel>
  );
}

function AccessCard() {
  const { access } = texts;
  const server = serverTexts.access;
  const mode = useSetting('cors.mode');
  return (
    <Panel title={access.title}>
      <div className="kh-rows">
        <SettingSwitch name="access.requireKey" title={server.requireKey} sentence={server.requireKeySentence} />
        <SettingSwitch name="access.localhostBypass" title={server.bypass} sentence={server.bypassSentence} />
        <SettingSwitch name="access.publicModels" title={access.publicModels} sentence={access.publicModelsSentence} />
        <SettingChoice
          name="access.credentials"
          title={access.credentials}
          sentence={access.credentialsSentence}
          choices={access.credentialChoices}
        />
        <SettingList
          name="access.networks"
          title={access.networks}
          sentence={access.networksSentence}
          wrong={wrongNetworks}
        />
        <SettingChoice name="cors.mode" title={access.cors} sentence={access.corsSentence} choices={access.corsModes} />
        {mode?.value === 'list' && (
          <SettingList name="cors.origins" title={access.origins} sentence={access.originsSentence} />
        )}
      </div>
    </Panel>
  );
}

function LimitsCard() {
  const { limits } = texts;
  return (
    <Panel title={limits.title}>
      <div className="kh-rows">
        <SettingNumber
          name="queue.maxWaiting"
          title={limits.waiting}
          sentence={limits.waitingSentence}
          min={0}
          max={10_000}
        />
        <SettingNumber
          name="queue.maxWaitMs"
          title={limits.wait}
          sentence={limits.waitSentence}
          min={0}
          max={59}
          unit={1000}
        />
        <TimeZoneField />
        <SettingNumber
          name="limits.bodyMaxBytes"
          title={limits.body}
          sentence={limits.bodySentence}
          min={1}
          max={1024}
          unit={mebibyte}
        />
        <SettingNumber
          name="limits.uploadMaxBytes"
          title={limits.upload}
          sentence={limits.uploadSentence}
          min={1}
          max={4096}
          unit={1024 * mebibyte}
        />
        <SettingNumber
          name="upstream.firstByteTimeoutMs"
          title={limits.firstByte}
          sentence={limits.firstByteSentence}
          min={0}
          max={86_400}
          unit={1000}
        />
      </div>
    </Panel>
  );
}

function PrivacyCard({ desktop }: { readonly desktop: boolean }) {
  const { privacy } = texts;
  return (
    <Panel title={privacy.title}>
      <dl className="kh-said kh-rows">
        <div>
          <dt>{privacy.logged}</dt>
          <dd>{privacy.loggedSentence}</dd>
        </div>
        <div>
          <dt>{privacy.outside}</dt>
          <dd>{privacy.outsideSentence}</dd>
        </div>
      </dl>
      {desktop && (
        <SettingChoice
          name="desktop.clearClipboard"
          title={privacy.clipboard}
          sentence={privacy.clipboardSentence}
          choices={privacy.clipboards}
        />
      )}
    </Panel>
  );
}
