// docs/api.md as text: made of the OpenAPI document, so that the page cannot say anything else than what is answered. Pure.

import { type ApiDocument, type ApiOperation, curlText, sectionsOf } from '../../shared/api-document.ts';

const usualUrl = 'http://127.0.0.1:1236';

export function apiText(document: ApiDocument): string {
  const { description = '', title } = document.info;
  const sections = sectionsOf(document);
  return [
    `# ${title}`,
    'Made by `npm run docs:api` from the document that the dashboard answers at `/api/v1/openapi.json`; a test keeps them the same. What is deeper than the first level stands in that document.',
    description,
    `It listens where the dashboard does: \`${usualUrl}\` unless told otherwise. A key may call 600 times a minute.`,
    ...sections.flatMap(({ tag, about, operations }) => [
      `## ${tag[0]?.toUpperCase()}${tag.slice(1)}`,
      about,
      ...operations.map(operationText),
    ]),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function operationText(operation: ApiOperation): string {
  const { method, path, summary, about, fields, answers } = operation;
  const rows = fields.map(
    ({ name, place, type, required }) => `| \`${name}\` | ${place} | ${required ? 'yes' : ''} | ${cell(type)} |`,
  );
  const table =
    rows.length === 0 ? [] : [['| field | in | needed | what |', '| --- | --- | --- | --- |', ...rows].join('\n')];
  return [
    `### \`${method} ${path}\``,
    `${summary}.${about === null ? '' : ` ${about}`}`,
    ...table,
    ...(answers === 'object' ? [] : [`Answers with: ${answers}.`]),
    `\`\`\`sh\n${curlText(operation, usualUrl)}\n\`\`\``,
  ].join('\n\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|');
