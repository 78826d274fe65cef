// Shows a page to whom it is open, and says to everybody else that it is not, and where to go instead.

import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Abilities } from '../../api/abilities.ts';
import { useAbilities } from '../../api/me.ts';
import { shellTexts } from '../../texts/shell-texts.ts';
import { DeadEndPage } from '../../ui/dead-end-page.tsx';

const { notAllowed: texts, roles } = shellTexts;

export type Needs = keyof Pick<Abilities, 'sees' | 'manages' | 'owns'>;

type RoleGateProps = {
  readonly needs: Needs;
  /** What the page is called. */
  readonly page: string;
  readonly children: ReactNode;
};

export function RoleGate({ needs, page, children }: RoleGateProps) {
  const abilities = useAbilities();
  if (abilities[needs]) return children;
  return (
    <DeadEndPage
      icon={IconLock}
      title={page}
      says={texts.says(page)}
      hint={texts.hint(roles[abilities.role].toLowerCase())}
      back={abilities.sees ? { href: '/server', label: texts.toServer } : { href: '/keys', label: texts.toKeys }}
    />
  );
}
