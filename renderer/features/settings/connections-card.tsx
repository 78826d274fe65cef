// Limits on connections, and on guesses at keys: how many, how large, how patient.

import { networkTexts } from '../../texts/network-texts.ts';
import { Panel } from '../../ui/page.tsx';
import { LockedList } from '../server/locked-list.tsx';
import { SettingNumber } from './setting-fields.tsx';

const { connections, lockout } = networkTexts;

export function ConnectionsCard() {
  return (
    <Panel title={connections.title}>
      <div className="kh-rows">
        <SettingNumber
          name="network.maxConnections"
          title={connections.most}
          sentence={connections.mostSentence}
          min={16}
          max={65_536}
        />
        <SettingNumber
          name="network.maxConnectionsPerAddress"
          title={connections.mostOfOne}
          sentence={connections.mostOfOneSentence}
          min={1}
          max={65_536}
        />
        <SettingNumber
          name="network.headMaxBytes"
          title={connections.head}
          sentence={connections.headSentence}
          min={4}
          max={256}
          unit={1024}
        />
        <SettingNumber
          name="network.headTimeoutMs"
          title={connections.headTime}
          sentence={connections.headTimeSentence}
          min={1}
          max={120}
          unit={1000}
        />
        <SettingNumber
          name="network.bodyStallMs"
          title={connections.body}
          sentence={connections.bodySentence}
          min={1}
          max={600}
          unit={1000}
        />
        <SettingNumber
          name="network.readerStallMs"
          title={connections.reader}
          sentence={connections.readerSentence}
          min={1}
          max={3600}
          unit={1000}
        />
      </div>
    </Panel>
  );
}

export function LockoutCard() {
  return (
    <Panel title={lockout.title}>
      <div className="kh-rows">
        <SettingNumber
          name="access.lockoutAttempts"
          title={lockout.attempts}
          sentence={lockout.attemptsSentence}
          min={0}
          max={10_000}
        />
        <SettingNumber
          name="access.lockoutWindowMs"
          title={lockout.window}
          sentence={lockout.windowSentence}
          min={1}
          max={86_400}
          unit={1000}
        />
        <LockedList />
      </div>
    </Panel>
  );
}
