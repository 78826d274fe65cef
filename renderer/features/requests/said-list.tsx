// Messages as people read them: who said it, text as it is, thinking and calls of tools set apart. Shows text alone: nothing
// of a conversation is ever run, loaded or turned into markup.

import './conversation.css';
import { captureTexts } from '../../texts/capture-texts.ts';
import type { Part, Said } from './conversation-reading.ts';

const { conversation: texts } = captureTexts;

export function SaidList({ said, label }: { readonly said: readonly Said[]; readonly label: string }) {
  return (
    <ol className="kh-messages" aria-label={label}>
      {said.map(({ role, parts }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was said neither moves nor changes
        <li key={index} data-role={role}>
          <span className="kh-message-role">{texts.roles[role] ?? role}</span>
          <Parts parts={parts} />
        </li>
      ))}
    </ol>
  );
}

export function Parts({ parts }: { readonly parts: readonly Part[] }) {
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    <PartView key={index} part={part} />
  ));
}

function PartView({ part }: { readonly part: Part }) {
  switch (part.kind) {
    case 'text':
      return <p className="kh-message-text">{part.text}</p>;
    case 'media':
      return <p className="kh-message-note">{texts.media(part.text)}</p>;
    case 'thinking':
      return <Folded name={texts.thinking} text={part.text} />;
    case 'call':
      return <Folded name={texts.call(part.name)} text={part.text} open />;
    case 'result':
      return <Folded name={texts.result} text={part.text} />;
  }
}

type FoldedProps = { readonly name: string; readonly text: string; readonly open?: boolean };

export function Folded({ name, text, open = false }: FoldedProps) {
  return (
    <details className="kh-message-fold" open={open}>
      <summary>{name}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long texts are scrolled with the keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}
