// What stands on the page while it is covered: the mark, one heading, and what there is to do.

import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Brand } from '../shell/brand.tsx';

export function CoverFrame({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className="kh-cover">
      <Stack gap="md" maw={420} mx="auto" mt="min(14vh, 120px)">
        <Brand />
        <Text component="h1" fw={650} size="lg">
          {title}
        </Text>
        {children}
      </Stack>
    </main>
  );
}
