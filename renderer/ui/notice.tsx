// A calm box that stands out: what happened and what to do, amber where something is exposed or limited, red where
// something is broken.

import './notice.css';
import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Tone } from './tone.ts';

type NoticeProps = {
  readonly tone: Tone;
  readonly title?: string;
  /** On the right: the cure, where it is a click away. */
  readonly action?: ReactNode;
  /** `note` where it is part of what one came to read; else it is said aloud when it appears, at once if it is bad. */
  readonly role?: 'alert' | 'status' | 'note';
  readonly children?: ReactNode;
};

export function Notice({ tone, title, action, role = tone === 'bad' ? 'alert' : 'status', children }: NoticeProps) {
  return (
    <Group className="kh-notice" data-tone={tone} role={role} justify="space-between" gap="sm">
      <div style={{ minWidth: 0, flex: '1 1 220px' }}>
        {title !== undefined && (
          <Text size="sm" fw={600} className="kh-notice-title">
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
