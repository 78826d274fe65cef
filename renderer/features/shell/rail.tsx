// The left rail: brand, pages, and at its foot whether the server runs and where.

import { Burger, Group, Kbd, Text, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { Link, useLocation } from 'wouter';
import { useLiveState, useStatus } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { shellTexts as texts } from '../../texts/shell-texts.ts';
import { Dot } from '../../ui/pill.tsx';
import { CaptureMark } from '../capture/capture-mark.tsx';
import { Brand } from './brand.tsx';
import { openTo, pages } from './pages.ts';
import { stateOf } from './server-state.ts';
import { SignedIn } from './signed-in.tsx';

export function Rail({ opened, close }: { readonly opened: boolean; readonly close: () => void }) {
  const [location] = useLocation();
  const abilities = useAbilities();
  return (
    <div
      className="kh-rail"
      style={{
        display: 'flex',
        flexDirection: 'column',
        height: '100%',
        padding: '14px 10px',
        gap: 2,
        overflowY: 'auto',
      }}
    >
      <Group justify="space-between" px={8} pt={2} pb={14} wrap="nowrap">
        <Brand />
        <Burger hiddenFrom="sm" size="sm" opened={opened} onClick={close} aria-label={texts.openMenu} />
      </Group>
      <UnstyledButton className="kh-search" onClick={() => spotlight.open()} aria-keyshortcuts="Control+K Meta+K">
        {texts.search}
        <Kbd size="xs" aria-hidden="true">
          {/mac/i.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K'}
        </Kbd>
      </UnstyledButton>
      <nav aria-label={texts.mainNavigation} style={{ display: 'grid', gap: 2 }}>
        {openTo(pages, abilities).map(({ path, name, icon: Icon }) => (
          <Link key={path} href={path} onClick={close} aria-current={isPartOf(path, location) ? 'page' : undefined}>
            <Icon size={17} stroke={1.7} aria-hidden="true" />
            {name}
          </Link>
        ))}
      </nav>
      <div style={{ marginTop: 'auto', paddingTop: 12 }}>
        <CaptureMark onClick={close} />
        <SignedIn onClick={close} />
        <Foot />
      </div>
    </div>
  );
}

/** Projects are a tab of Keys. */
function isPartOf(page: string, location: string): boolean {
  const first = location.split('/')[1] ?? '';
  return page === (first === 'projects' ? '/keys' : `/${first}`);
}

function Foot() {
  const { data: status } = useStatus();
  const lost = useLiveState() === 'lost';
  if (!status) return null;
  const { tone, word } = lost ? { tone: 'off' as const, word: texts.lost } : stateOf(status);
  const address = status.server.urls[0]?.replace(/^https?:\/\//, '');
  return (
    <Group gap={8} px={10} wrap="nowrap">
      <Dot tone={tone} label={word} />
      <Text size="xs" c="dimmed" className="kh-clip">
        {address ?? word} · {status.version}
      </Text>
    </Group>
  );
}
