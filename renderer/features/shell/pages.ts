// The pages of the rail, in order.

import {
  IconBox,
  IconChartBar,
  IconKey,
  IconList,
  IconPlugConnected,
  IconServer,
  IconSettings,
} from '@tabler/icons-react';
import { shellTexts } from '../../texts/shell-texts.ts';

const { pages: names } = shellTexts;

export const pages = [
  { path: '/server', name: names.server, icon: IconServer },
  { path: '/keys', name: names.keys, icon: IconKey },
  { path: '/connect', name: names.connect, icon: IconPlugConnected },
  { path: '/usage', name: names.usage, icon: IconChartBar },
  { path: '/requests', name: names.requests, icon: IconList },
  { path: '/models', name: names.models, icon: IconBox },
  { path: '/settings', name: names.settings, icon: IconSettings },
] as const;
