// When in the week something was used, and which models each key uses most. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import type { UsageFilter } from '../../shared/usage-model.ts';
import type { UsageDetails } from '../../shared/usage-questions.ts';
import { createGroupLabels } from './group-labels.ts';
import { sumOfNumbers } from './usage-numbers.ts';
import { createUsageReader, type UsageCell, type UsageHour } from './usage-reader.ts';

const mostKeys = 8;
const mostModels = 4;

type DetailsQuery = { readonly since: number; readonly until: number; readonly filter: UsageFilter };

/** A function that looks at what was received from `since` to `until`, both included, epoch ms. */
export function createUsageDetails(db: DatabaseSync): (query: DetailsQuery) => UsageDetails {
  const reader = createUsageReader(db);
  const labelOf = createGroupLabels(db);
  return ({ since, until, filter }) => {
    const time = { from: since, to: until + 1 };
    const cells = reader.cells({ times: [time], by: 'key', filter, byModel: true });
    return {
      since,
      until,
      week: weekOf(reader.hours(time, filter)),
      modelsByKey: modelsByKey(cells, (key) => labelOf(key, 'key')),
    };
  };
}

function weekOf(hours: readonly UsageHour[]): UsageDetails['week'] {
  const empty = () => Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  const week = { requests: empty(), tokens: empty() };
  for (const { at, requests, tokens } of hours) {
    const moment = new Date(at);
    const [weekday, hour] = [moment.getDay(), moment.getHours()];
    const [ofRequests = [], ofTokens = []] = [week.requests[weekday], week.tokens[weekday]];
    ofRequests[hour] = (ofRequests[hour] ?? 0) + requests;
    ofTokens[hour] = (ofTokens[hour] ?? 0) + tokens;
  }
  return week;
}

const tokensOf = ({ tokensIn, tokensOut }: Pick<UsageCell, 'tokensIn' | 'tokensOut'>) => tokensIn + tokensOut;
// By tokens; where there are none, as in a search for models, by requests.
const weightOf = (cell: Pick<UsageCell, 'tokensIn' | 'tokensOut' | 'requests'>) =>
  tokensOf(cell) + cell.requests / 1000;

function modelsByKey(
  cells: readonly UsageCell[],
  labelOf: (key: string | null) => string,
): UsageDetails['modelsByKey'] {
  return [...Map.groupBy(cells, ({ group }) => group)]
    .map(([keyId, ofKey]) => ({ keyId, ofKey, all: sumOfNumbers(ofKey) }))
    .sort((a, b) => weightOf(b.all) - weightOf(a.all))
    .slice(0, mostKeys)
    .map(({ keyId, ofKey, all }) => {
      const ranked = ofKey.sort((a, b) => weightOf(b) - weightOf(a));
      const rest = sumOfNumbers(ranked.slice(mostModels));
      return {
        keyId,
        label: labelOf(keyId),
        requests: all.requests,
        tokens: tokensOf(all),
        models: ranked
          .slice(0, mostModels)
          .map((cell) => ({ model: cell.model, requests: cell.requests, tokens: tokensOf(cell) })),
        others: {
          models: Math.max(0, ranked.length - mostModels),
          requests: rest.requests,
          tokens: tokensOf(rest),
        },
      };
    });
}
