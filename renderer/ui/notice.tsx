// A sentence that stands out: amber where something is exposed or limited, red where something is broken.

import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

type NoticeProps = {
  readonly tone: 'limited' | 'bad' | 'accent';
  readonly title?: string;
  /** On the right: the cure, where it is a click away. */
  readonly action?: ReactNode;
  readonly children?: ReactNode;
};

export function Notice({ tone, title, action, children }: NoticeProps) {
  return (
    <Group
      className="kh-banner"
      data-tone={tone}
      role={tone === 'bad' ? 'alert' : 'status'}
      justify="space-between"
      gap="sm"
    >
      <div style={{ minWidth: 0, flex: '1 1 220px' }}>
        {title !== undefined && (
          <Text size="sm" fw={600} className="kh-banner-title">
            {title}
          </Text>
        )}
        {children && (
          <Text size="sm" component="div">
            {children}
          </Text>
        )}
      </div>
      {action}
    </Group>
  );
}
