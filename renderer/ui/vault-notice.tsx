// Says that keys cannot be read, why, and what to do: on every page where somebody would otherwise try to make one.

import { useStatus } from '../api/api-context.tsx';
import { commonTexts as texts } from '../texts/common-texts.ts';
import { Notice } from './notice.tsx';

export function VaultNotice() {
  const { data: status } = useStatus();
  if (status?.vault.state !== 'locked') return null;
  const { reason, kind } = status.vault;
  return (
    <Notice tone="bad" title={texts.vaultLocked}>
      {reason !== null && `${capital(reason)}. `}
      {kind === 'keychain' && texts.vaultCure}
    </Notice>
  );
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1).replace(/\.$/, '');
}
