// The price table.

export const pricesTexts = {
  title: 'What models cost elsewhere',
  about:
    'For a million tokens, as if they had been bought. The first pattern that fits a model counts; * stands for any characters. The examples are list prices as noted, and yours to change.',
  fields: { pattern: 'Model', currency: 'Currency', input: 'Input', cachedInput: 'Cached', output: 'Output' },
  placeholders: { pattern: 'qwen3-coder*', currency: 'USD', input: '0.50', cachedInput: 'as input', output: '1.50' },
  wrong: {
    pattern: 'Give the name of a model or a pattern.',
    currency: 'The currency is three letters, such as USD.',
    input: 'Input is a number such as 0.50.',
    cachedInput: 'Cached is a number, or empty for the price of input.',
    output: 'Output is a number such as 1.50.',
  },
  label: (field: string, pattern: string) => `${field} of ${pattern}`,
  unnamed: 'the new row',
  empty: 'There are no prices: nothing is said to have cost anything.',
  add: 'Add a row',
  up: (pattern: string) => `Move ${pattern} up`,
  down: (pattern: string) => `Move ${pattern} down`,
  remove: (pattern: string) => `Remove ${pattern}`,
  removed: (pattern: string) => `Removed ${pattern}.`,
  undo: 'Undo',
  setting: 'What models cost elsewhere',
  settingSentence: 'For “would have cost” on the page Usage: prices by model, to compare with.',
  edit: 'Edit prices',
} as const;
