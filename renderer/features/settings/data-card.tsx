// Where the profile lies, how large it is, and for how long single requests and their sums stay.

import { useQuery } from '@tanstack/react-query';
import type { Status } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { settingsTexts } from '../../texts/settings-texts.ts';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';
import { SettingRow } from '../../ui/setting-row.tsx';
import { TransferRows } from '../transfer/transfer-rows.tsx';
import { PricesRow } from './prices-row.tsx';
import { SettingNumber } from './setting-fields.tsx';

const { data: texts } = settingsTexts;

export function DataCard({ status }: { readonly status: Status }) {
  const { data: facts } = useQuery(useCalls().profile.get.queryOptions());
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        <SettingRow
          title={texts.place}
          sentence={<code>{status.dataDir}</code>}
          control={() => <CopyIcon text={status.dataDir} what={texts.place} />}
        />
        {facts && (
          <SettingRow
            title={texts.size}
            sentence={texts.sizeText(formatBytes(facts.databaseBytes), formatCount(facts.requests))}
            control={() => null}
          />
        )}
        <SettingNumber
          name="usage.retentionDays"
          title={texts.retention}
          sentence={texts.retentionSentence}
          min={1}
          max={3650}
        />
        <SettingNumber
          name="usage.hourlyDays"
          title={texts.hourly}
          sentence={texts.hourlySentence}
          min={31}
          max={3650}
        />
        <PricesRow />
        <TransferRows />
        <SettingRow
          title={`${texts.vault} ${texts.vaults[status.vault.kind]}`}
          sentence={texts.vaultSentence}
          control={() => null}
        />
      </div>
    </Panel>
  );
}
