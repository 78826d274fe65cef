// The command palette (Ctrl or Cmd + K): pages, keys by name, and the things done most.

import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import {
  IconApi,
  IconCopy,
  IconFolders,
  IconKey,
  IconMoon,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlus,
  IconSearch,
  IconUserCircle,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useCalls, useKeys, useProjects, useSessionState, useStatus } from '../../api/api-context.tsx';
import { useCopy } from '../../api/copy.ts';
import { useAbilities } from '../../api/me.ts';
import { apiTexts } from '../../texts/api-texts.ts';
import { projectTexts } from '../../texts/project-texts.ts';
import { shellTexts } from '../../texts/shell-texts.ts';
import { ProjectMark } from '../../ui/project-mark.tsx';
import { openTo, type Page, pages } from './pages.ts';

const { palette: texts } = shellTexts;
const iconSize = 18;

export function Palette() {
  const open = useSessionState() === 'open';
  const actions = useActions();
  if (!open) return null;
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      nothingFound={texts.nothing}
      highlightQuery
      limit={12}
      scrollable
      attributes={{ content: { 'aria-label': texts.placeholder } }}
      searchProps={{
        leftSection: <IconSearch size={iconSize} />,
        placeholder: texts.placeholder,
        'aria-label': texts.placeholder,
      }}
    />
  );
}

/** Reached from other pages, and so not in the rail. */
const furtherPages: readonly Page[] = [
  { path: '/projects', name: projectTexts.title, icon: IconFolders, needs: 'sees' },
  { path: '/api', name: apiTexts.title, icon: IconApi, needs: 'sees' },
  { path: '/me', name: shellTexts.account, icon: IconUserCircle },
];

function useActions(): SpotlightActionGroupData[] {
  const [, go] = useLocation();
  const calls = useCalls();
  const abilities = useAbilities();
  const { data: status } = useStatus();
  const { data: keys = [] } = useKeys();
  const { data: projects = [] } = useProjects();
  const { copy } = useCopy();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('dark');
  const start = useMutation(calls.server.start.mutationOptions());
  const stop = useMutation(calls.server.stop.mutationOptions());
  const running = status?.server.state === 'running';
  const [url] = status?.server.urls ?? [];

  return [
    {
      group: texts.pages,
      actions: openTo([...pages, ...furtherPages], abilities).map(({ path, name, icon: Icon }) => ({
        id: path,
        label: name,
        leftSection: <Icon size={iconSize} />,
        onClick: () => go(path),
      })),
    },
    {
      group: texts.actions,
      actions: [
        ...(abilities.makesKeys
          ? [
              {
                id: 'new-key',
                label: texts.newKey,
                leftSection: <IconPlus size={iconSize} />,
                onClick: () => go('/keys/new'),
              },
            ]
          : []),
        ...(abilities.manages
          ? [
              running
                ? {
                    id: 'stop',
                    label: texts.stop,
                    leftSection: <IconPlayerStop size={iconSize} />,
                    onClick: () => stop.mutate({}),
                  }
                : {
                    id: 'start',
                    label: texts.start,
                    leftSection: <IconPlayerPlay size={iconSize} />,
                    onClick: () => start.mutate({}),
                  },
            ]
          : []),
        ...(url
          ? [
              {
                id: 'copy',
                label: texts.copyAddress,
                description: url,
                leftSection: <IconCopy size={iconSize} />,
                onClick: () => void copy(url, { secret: false }),
              },
            ]
          : []),
        {
          id: 'theme',
          label: texts.theme,
          leftSection: <IconMoon size={iconSize} />,
          onClick: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark'),
        },
      ],
    },
    {
      group: texts.projects,
      actions: projects.map(({ id, name, colour }) => ({
        id: `project-${id}`,
        label: name,
        leftSection: <ProjectMark colour={colour} />,
        onClick: () => go(`/projects/${id}`),
      })),
    },
    {
      group: texts.keys,
      actions: keys.map(({ id, name }) => ({
        id: `key-${id}`,
        label: name,
        description: id,
        leftSection: <IconKey size={iconSize} />,
        onClick: () => go(`/keys/${id}`),
      })),
    },
  ];
}
