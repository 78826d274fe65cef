// Keys or projects: two pages of one place in the rail.

import { Link } from 'wouter';
import { useAbilities } from '../../api/me.ts';
import { projectTexts as texts } from '../../texts/project-texts.ts';
import './keys-tabs.css';
import type { ReactNode } from 'react';

type KeysTabsProps = {
  readonly at: 'keys' | 'projects';
  /** On the right: what narrows the list. */
  readonly children?: ReactNode;
};

export function KeysTabs({ at, children }: KeysTabsProps) {
  const { sees } = useAbilities();
  return (
    <div className="kh-tabline">
      {/* Whoever has keys alone needs nothing to choose from. */}
      {sees && (
        <nav aria-label={texts.tabsLabel}>
          {(['keys', 'projects'] as const).map((tab) => (
            <Link key={tab} href={`/${tab}`} aria-current={tab === at ? 'page' : undefined}>
              {texts.tabs[tab]}
            </Link>
          ))}
        </nav>
      )}
      {children !== undefined && <div className="kh-tabline-tools">{children}</div>}
    </div>
  );
}
