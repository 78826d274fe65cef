// Where the token numbers of a request come from. Apart from the other nouns, because two groups of them speak of it.

import * as z from 'zod';

/**
 * `reported` and `timings`: by the model server, of its own accord; `tokenized`: it was asked afterwards how many tokens the
 * text has; `counted`: pieces of the answer as they passed, and the prompt by its size where that was not reported either;
 * `estimated`: both by their size; `none`: the operation uses no tokens.
 */
export const tokenSource = z.enum(['reported', 'timings', 'tokenized', 'counted', 'estimated', 'none', 'unknown']);
export type TokenSource = z.infer<typeof tokenSource>;
