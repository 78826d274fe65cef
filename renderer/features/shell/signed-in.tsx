// Who is signed in, at the foot of the rail, with the way to their account.

import { Text } from '@mantine/core';
import { IconUserCircle } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { useMe } from '../../api/me.ts';
import { shellTexts as texts } from '../../texts/shell-texts.ts';

export function SignedIn({ onClick }: { readonly onClick: () => void }) {
  const { data: own } = useMe();
  const [location] = useLocation();
  // Whoever sits at the machine has no account to look after.
  if (own?.way !== 'session') return null;
  return (
    <Link href="/me" onClick={onClick} className="kh-signed-in" aria-current={location === '/me' ? 'page' : undefined}>
      <IconUserCircle size={17} stroke={1.7} aria-hidden="true" style={{ flex: 'none' }} />
      <span style={{ minWidth: 0 }}>
        {texts.account}
        <Text span size="xs" c="dimmed" className="kh-clip" display="block">
          {own.person?.name ?? texts.byLink} · {texts.roles[own.role]}
        </Text>
      </span>
    </Link>
  );
}
