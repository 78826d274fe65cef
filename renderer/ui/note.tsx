// A calm box that says what happened and what to do, coloured by how bad it is.

import './note.css';
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Tone } from './pill.tsx';

type NoteProps = { readonly tone: Tone; readonly title?: string; readonly children?: ReactNode };

export function Note({ tone, title, children }: NoteProps) {
  return (
    <div className="kh-note" data-tone={tone}>
      {title && (
        <Text size="sm" fw={600}>
          {title}
        </Text>
      )}
      {children && (
        <Text size="sm" component="div">
          {children}
        </Text>
      )}
    </div>
  );
}
