// The cards of the page Settings in their columns, and above them a list of their names that leads to each.

import './settings.css';
import { SimpleGrid, Stack, UnstyledButton } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import { settingsTexts as texts } from '../../texts/settings-texts.ts';

export type SettingsCard = { readonly title: string; readonly card: ReactNode };

export function SettingsColumns({ columns }: { readonly columns: readonly (readonly SettingsCard[])[] }) {
  const places = useRef(new Map<string, HTMLElement | null>());

  function leadTo(title: string): void {
    const place = places.current.get(title);
    place?.scrollIntoView({ block: 'start' });
    // So that the next step by keyboard is taken from there.
    place?.focus({ preventScroll: true });
  }

  return (
    <>
      <nav className="kh-contents" aria-label={texts.contents}>
        {columns.flat().map(({ title }) => (
          <UnstyledButton key={title} onClick={() => leadTo(title)}>
            {title}
          </UnstyledButton>
        ))}
      </nav>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing={14}>
        {columns.map((cards) => (
          <Stack key={cards[0]?.title} gap={14}>
            {cards.map(({ title, card }) => (
              <div
                key={title}
                className="kh-setting-card"
                tabIndex={-1}
                ref={(place) => {
                  places.current.set(title, place);
                }}
              >
                {card}
              </div>
            ))}
          </Stack>
        ))}
      </SimpleGrid>
    </>
  );
}
