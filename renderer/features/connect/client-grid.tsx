// All programs that we know how to connect, by what they are, with a search.

import { Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconCode, IconMessage, IconPackage, IconRobot, IconSearch, IconTerminal2 } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { clients } from '../../../shared/snippets.ts';
import type { Client, ClientGroup } from '../../../shared/snippets-template.ts';
import { dialectNames } from '../../../shared/upstream-kinds.ts';
import { connectTexts as texts } from '../../texts/connect-texts.ts';
import { Empty } from '../../ui/empty.tsx';
import { Page } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import './connect.css';

const groups = ['editor', 'chat', 'agent', 'sdk', 'shell'] as const satisfies readonly ClientGroup[];
const icons = {
  editor: IconCode,
  chat: IconMessage,
  agent: IconRobot,
  sdk: IconPackage,
  shell: IconTerminal2,
} as const;

export function ClientGrid() {
  const [words, setWords] = useState('');
  const found = clients.filter((client) => fits(client, words));
  return (
    <Page
      title={texts.title}
      actions={
        <TextInput
          type="search"
          placeholder={texts.search}
          aria-label={texts.search}
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      }
    >
      <Text c="dimmed">{texts.intro}</Text>
      {found.length === 0 && (
        <Empty
          icon={IconSearch}
          title={texts.nothing(words.trim())}
          action={
            <Button variant="default" onClick={() => setWords('')}>
              {texts.showAll}
            </Button>
          }
        >
          {texts.nothingHint}
        </Empty>
      )}
      <Stack gap="lg">
        {groups.map((group) => (
          <Group key={group} group={group} members={found.filter((client) => client.group === group)} />
        ))}
      </Stack>
    </Page>
  );
}

function Group({ group, members }: { readonly group: ClientGroup; readonly members: readonly Client[] }) {
  if (members.length === 0) return null;
  const Icon = icons[group];
  return (
    <section>
      <Title order={2} mb={8}>
        {texts.groups[group]}
      </Title>
      <ul className="kh-cards">
        {members.map(({ id, name, dialect, support }) => (
          <li key={id}>
            <Link href={`/connect/${id}`} className="kh-card">
              <span className="kh-card-mark" aria-hidden="true">
                <Icon size={17} stroke={1.7} />
              </span>
              <span style={{ flex: 1, minWidth: 0 }}>
                <span className="kh-card-name">{name}</span>
                <Text span display="block" size="xs" c="dimmed">
                  {texts.api(dialectNames[dialect])}
                </Text>
              </span>
              {support !== 'works' && (
                <Pill tone={support === 'limited' ? 'limited' : 'off'}>{texts.support[support]}</Pill>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function fits({ name, group, dialect }: Client, words: string): boolean {
  const text = `${name} ${texts.groups[group]} ${dialectNames[dialect]}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
