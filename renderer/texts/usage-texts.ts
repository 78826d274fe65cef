// Usage: sums, chart, ranking and refusals.

import type { UnmeteredReason } from '../../shared/metering-model.ts';

const unmeteredReasons: Readonly<Record<UnmeteredReason, string>> = {
  too_large: 'too large to be read',
  compressed: 'compressed',
  unreadable: 'could not be read',
  cut_before_token: 'ended before the first token',
  cut_short: 'cut short',
  no_numbers: 'held no numbers',
};

export const usageTexts = {
  title: 'Usage',
  range: 'Range',
  ranges: {
    '1h': 'Last hour',
    '24h': 'Last 24 hours',
    '7d': 'Last 7 days',
    '14d': 'Last 14 days',
    '30d': 'Last 30 days',
    '90d': 'Last 90 days',
  },
  by: 'Split by',
  splits: { key: 'Key', project: 'Project', model: 'Model', client: 'Client', upstream: 'Server' },
  show: 'Show',
  shows: { tokens: 'Tokens', requests: 'Requests' },
  tiles: {
    requests: 'Requests',
    change: (change: string) => `${change} to the time before`,
    noChange: 'as many as in the time before',
    tokens: 'Tokens in / out',
    cached: (share: string) => `${share} of the input cached`,
    nothingCached: 'nothing reported as cached',
    firstToken: 'First token p50 / p95',
    firstTokenHint: 'half, and 19 of 20, are faster',
    speed: 'Tokens/s p50',
    slowest: (rate: string) => `p95 ${rate}`,
    refused: 'Refused',
    nobodyRefused: 'nobody was turned away',
    failed: 'Failed',
    failedShare: (share: string) => `${share} of all requests`,
    noneFailed: 'every answer arrived',
    reason: (count: string, reason: string) => `${count} ${reason}`,
    none: '–',
  },
  chart: {
    tokens: {
      key: 'Tokens by key',
      project: 'Tokens by project',
      model: 'Tokens by model',
      client: 'Tokens by client',
      upstream: 'Tokens by model server',
    },
    requests: {
      key: 'Requests by key',
      project: 'Requests by project',
      model: 'Requests by model',
      client: 'Requests by client',
      upstream: 'Requests by model server',
    },
    noTokens: 'No tokens were counted in this time. Look at the requests instead.',
    label: (title: string, from: string, to: string) => `${title}, ${from} to ${to}.`,
    hint: 'The table below has the sums.',
  },
  ranking: {
    heads: { key: 'Key', project: 'Project', model: 'Model', client: 'Client', upstream: 'Model server' },
    requests: 'Requests',
    tokensIn: 'Tokens in',
    tokensOut: 'Tokens out',
    share: 'Share',
  },
  groups: {
    other: 'All others',
    key: 'Without a key',
    project: 'No project',
    client: 'All others',
    model: 'No model',
    upstream: 'Answered by Keyhatch',
  },
  reported: 'Token numbers are those that the model servers reported, and estimates where they reported none.',
  unmetered: (count: number, shown: string) =>
    count === 1
      ? '1 request gave no numbers and counts as none.'
      : `${shown} requests gave no numbers and count as none.`,
  notTold: (count: number, shown: string) =>
    count === 1
      ? 'The model server did not tell the numbers of 1 answer.'
      : `The model servers did not tell the numbers of ${shown} answers.`,
  unmeteredReasons,
  refusals: 'Refused, by reason',
  refusalsEmpty: 'Nobody was turned away in this time.',
  empty: 'Nothing was used in this time',
  emptyHint: 'Choose a longer range, or connect a client: each of its requests is counted here within two seconds.',
  emptyAction: 'Connect a client',
} as const;
