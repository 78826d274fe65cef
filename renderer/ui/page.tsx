// The frame that every page has: its heading with what can be done there, and panels below it.

import { Group, Stack, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

export function Page({
  title,
  actions,
  children,
}: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useDocumentTitle(`${title} · Keyhatch`);
  return (
    <Stack gap={14} px={{ base: 16, sm: 28 }} py={22} maw={1320} mx="auto">
      <Group justify="space-between" gap="sm" mih={36}>
        <Title order={1}>{title}</Title>
        {actions && <Group gap="sm">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

type PanelProps = {
  readonly title?: string;
  /** On the right of the title. */
  readonly aside?: ReactNode;
  /** Without inner space, for tables that reach the edge. */
  readonly flush?: boolean;
  readonly children: ReactNode;
};

export function Panel({ title, aside, flush = false, children }: PanelProps) {
  return (
    <section className="kh-panel" aria-label={title}>
      {(title !== undefined || aside) && (
        <Group justify="space-between" px={16} pt={14} pb={flush ? 8 : 10} gap="xs">
          {title !== undefined && <Title order={2}>{title}</Title>}
          {aside}
        </Group>
      )}
      <div style={flush ? undefined : { padding: title === undefined ? '14px 16px' : '0 16px 14px' }}>{children}</div>
    </section>
  );
}
