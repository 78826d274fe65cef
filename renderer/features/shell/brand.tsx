// The mark and the name.

import { Group, Text } from '@mantine/core';

export function Brand() {
  return (
    <Group gap={10} wrap="nowrap">
      <svg width="22" height="22" viewBox="0 0 512 512" aria-hidden="true">
        <rect width="512" height="512" rx="112" fill="#7aa2ff" />
        <path
          d="M144 400V232a112 112 0 0 1 224 0v168"
          fill="none"
          stroke="#101217"
          strokeWidth="40"
          strokeLinecap="round"
        />
        <circle cx="256" cy="252" r="36" fill="#101217" />
        <path d="M256 252v112" stroke="#101217" strokeWidth="32" strokeLinecap="round" />
        <path d="M112 400h288" stroke="#101217" strokeWidth="40" strokeLinecap="round" />
      </svg>
      <Text fw={650} size="md" style={{ letterSpacing: '-0.01em' }}>
        Keyhatch
      </Text>
    </Group>
  );
}
