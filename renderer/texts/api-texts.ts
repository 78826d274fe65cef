// The page of the admin API, and the row on Settings that leads there.

export const apiTexts = {
  title: 'Admin API',
  about: (address: string) =>
    `What this window and the command line can do, for programs: at ${address}, with an admin key as Bearer token or in the header x-api-key.`,
  off: 'The dashboard is off, and the API with it. Switch it on in Settings.',
  newAdminKey: 'Make an admin key',
  document: 'OpenAPI document',
  documentSentence: 'For tools that make clients of it. Programs read it at /api/v1/openapi.json.',
  saveDocument: 'Save as file',
  find: 'Find a call',
  nothingFits: 'No call fits',
  nothingFitsHint: 'Look for a part of its path or of what it does.',
  field: 'Field',
  place: 'In',
  places: { path: 'path', query: 'query', body: 'body' } as Readonly<Record<string, string>>,
  what: 'What',
  needed: 'needed',
  answers: 'Answers with',
  copyExample: 'example',
  settingTitle: 'Admin API',
  settingSentence: 'Every call that a program can make with an admin key, with examples.',
  settingAct: 'Show calls',
} as const;
