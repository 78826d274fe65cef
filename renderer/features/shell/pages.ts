// The pages of the rail, in order, and to whom they are open.

import {
  IconBox,
  IconChartBar,
  IconHistory,
  IconKey,
  IconList,
  IconPlugConnected,
  IconServer,
  IconSettings,
  IconUsers,
} from '@tabler/icons-react';
import type { Abilities } from '../../api/abilities.ts';
import { shellTexts } from '../../texts/shell-texts.ts';

const { pages: names, people } = shellTexts;

export type Page = {
  readonly path: string;
  readonly name: string;
  readonly icon: typeof IconBox;
  /** Without it, it is open to everybody. */
  readonly needs?: 'sees' | 'manages';
};

export const pages: readonly Page[] = [
  { path: '/server', name: names.server, icon: IconServer, needs: 'sees' },
  { path: '/keys', name: names.keys, icon: IconKey },
  { path: '/connect', name: names.connect, icon: IconPlugConnected },
  { path: '/usage', name: names.usage, icon: IconChartBar },
  { path: '/requests', name: names.requests, icon: IconList },
  { path: '/models', name: names.models, icon: IconBox, needs: 'sees' },
  { path: '/people', name: people, icon: IconUsers, needs: 'manages' },
  { path: '/history', name: names.history, icon: IconHistory, needs: 'sees' },
  { path: '/settings', name: names.settings, icon: IconSettings, needs: 'sees' },
];

/** Those that are open to whoever looks. */
export function openTo(items: readonly Page[], abilities: Abilities): readonly Page[] {
  return items.filter(({ needs }) => needs === undefined || abilities[needs]);
}
