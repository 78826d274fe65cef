// Says that something is under way whose length nobody knows.

import { Progress, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function Working({ children }: { readonly children: string }): ReactNode {
  return (
    <div role="status">
      <Progress value={100} animated size={4} aria-label={children} />
      <Text size="xs" c="dimmed" mt={6}>
        {children}
      </Text>
    </div>
  );
}
