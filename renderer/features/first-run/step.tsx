// One step: a heading that opens it, what it came to while it is closed, its contents while it is open.

import { Collapse, Text, VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import { firstRunTexts as texts } from '../../texts/first-run-texts.ts';
import '../connect/connect.css';

type StepProps = {
  readonly number: number;
  readonly title: string;
  readonly done: boolean;
  readonly open: boolean;
  readonly summary: string;
  /** Whether there is anything left to change once it is done. */
  readonly changeable: boolean;
  readonly show: () => void;
  readonly children: ReactNode;
};

export function Step({ number, title, done, open, summary, changeable, show, children }: StepProps) {
  const id = useId();
  return (
    <section className="kh-panel" aria-labelledby={id}>
      <h2 style={{ margin: 0, fontSize: 'inherit', fontWeight: 'inherit' }}>
        <button type="button" className="kh-step-head" aria-expanded={open} onClick={show}>
          <span className="kh-step-mark" data-state={open ? 'open' : done ? 'done' : 'waiting'} aria-hidden="true">
            {done && !open ? <IconCheck size={15} stroke={2.4} /> : number}
          </span>
          <span style={{ flex: 1, minWidth: 0 }}>
            <span id={id} style={{ fontWeight: 600 }}>
              {title}
            </span>
            {done && <VisuallyHidden> ({texts.done})</VisuallyHidden>}
            {!open && summary !== '' && (
              <Text span display="block" size="sm" c="dimmed">
                {summary}
              </Text>
            )}
          </span>
          {!open && done && changeable && (
            <Text span size="sm" c="var(--kh-accent-text)">
              {texts.change}
            </Text>
          )}
        </button>
      </h2>
      <Collapse expanded={open} transitionDuration={120}>
        {open && <div style={{ padding: '2px 16px 16px' }}>{children}</div>}
      </Collapse>
    </section>
  );
}
