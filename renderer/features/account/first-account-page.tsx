// Asks the owner who has just come in by a link for a name and a password. It can be put off.

import { accountTexts } from '../../texts/account-texts.ts';
import { CoverFrame } from '../sign-in/cover-frame.tsx';
import { FirstAccountForm } from './first-account-form.tsx';

export function FirstAccountPage({ onDone }: { readonly onDone: () => void }) {
  return (
    <CoverFrame title={accountTexts.first.title}>
      <FirstAccountForm onDone={onDone} />
    </CoverFrame>
  );
}
