// Code to be copied: shown at once as plain text, coloured as soon as the highlighter has been fetched.

import { lazy, type ReactNode, Suspense } from 'react';
import type { CodeLanguage } from '../../shared/snippets-template.ts';
import './code-block.css';
import { CopyIcon } from './copy-button.tsx';

const HighlightedCode = lazy(() =>
  import('./highlighted-code.tsx').then(({ HighlightedCode: highlighted }) => ({ default: highlighted })),
);

type CodeBlockProps = {
  readonly code: string;
  readonly language: CodeLanguage;
  /** What is copied, for those who only hear it. */
  readonly what: string;
  readonly secret?: boolean;
  readonly onCopied?: ((clearsAfterMs: number | null) => void) | undefined;
  /** Above the code, beside the copy button. */
  readonly head?: ReactNode;
};

export function CodeBlock({ code, language, what, secret = false, onCopied, head }: CodeBlockProps) {
  return (
    <div className="kh-code kh-code-block">
      <div className="kh-code-head">
        <div className="kh-code-where">{head}</div>
        <CopyIcon text={code} what={what} secret={secret} onCopied={onCopied} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled with the keyboard */}
      <div className="kh-code-text" tabIndex={0}>
        <Suspense
          fallback={
            <pre>
              <code>{code}</code>
            </pre>
          }
        >
          <HighlightedCode code={code} language={language} />
        </Suspense>
      </div>
    </div>
  );
}
