// The highlighter with the few languages that our snippets have. Fetched only when there is code on screen.

import { CodeHighlightAdapterProvider, createHighlightJsAdapter, InlineCodeHighlight } from '@mantine/code-highlight';
import highlight from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import ini from 'highlight.js/lib/languages/ini';
import json from 'highlight.js/lib/languages/json';
import plaintext from 'highlight.js/lib/languages/plaintext';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import yaml from 'highlight.js/lib/languages/yaml';
import { useState } from 'react';
import type { CodeLanguage } from '../../shared/snippets-template.ts';

const grammars = { bash, ini, json, plaintext, python, typescript, yaml } as const;

const grammarOf: Readonly<Record<CodeLanguage, keyof typeof grammars>> = {
  json: 'json',
  jsonc: 'json',
  yaml: 'yaml',
  toml: 'ini',
  shell: 'bash',
  typescript: 'typescript',
  python: 'python',
};

function createAdapter() {
  const highlighter = highlight.newInstance();
  for (const [name, grammar] of Object.entries(grammars)) highlighter.registerLanguage(name, grammar);
  return createHighlightJsAdapter(highlighter);
}

export function HighlightedCode({ code, language }: { readonly code: string; readonly language: CodeLanguage }) {
  const [adapter] = useState(createAdapter);
  return (
    <CodeHighlightAdapterProvider adapter={adapter}>
      <pre>
        <InlineCodeHighlight code={code} language={grammarOf[language]} />
      </pre>
    </CodeHighlightAdapterProvider>
  );
}
