// What a page or panel shows when it has nothing to show: why, and what to do next.

import { Stack, Text } from '@mantine/core';
import type { ComponentType, ReactNode } from 'react';

type EmptyProps = {
  readonly icon: ComponentType<{ readonly size?: number; readonly stroke?: number }>;
  readonly title: string;
  readonly children?: ReactNode;
  /** The next thing to do. */
  readonly action?: ReactNode;
};

export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <Stack align="center" gap={8} py={48} px={24} ta="center">
      <Text c="dimmed" component="span" lh={0} aria-hidden="true">
        <Icon size={32} stroke={1.4} />
      </Text>
      <Text fw={600}>{title}</Text>
      {children && (
        <Text c="dimmed" size="sm" maw={460}>
          {children}
        </Text>
      )}
      {action && <div style={{ marginTop: 8 }}>{action}</div>}
    </Stack>
  );
}
