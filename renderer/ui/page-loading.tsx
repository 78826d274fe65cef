// Stands in for a page whose code is still coming.

import { Skeleton, Stack } from '@mantine/core';
import { commonTexts as texts } from '../texts/common-texts.ts';

export function PageLoading() {
  return (
    <Stack gap="md" px={28} py={22} role="status" aria-busy="true" aria-label={texts.loading}>
      <Skeleton height={24} width={160} />
      <Skeleton height={120} />
      <Skeleton height={220} />
    </Stack>
  );
}
