// What a route of the admin API is, and into which groups routes fall. The table of them is api-routes.ts.

export const apiPrefix = '/api/v1';

export type ApiRoute = ApiRouteMore & {
  readonly method: ApiMethod;
  /** Below the prefix; names in braces are members of the call's input. */
  readonly path: ApiPath;
  readonly tag: ApiTag;
  /** What it does, as a few words. */
  readonly summary: string;
};

export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type ApiPath = `/${string}`;
export type ApiRouteMore = {
  /** What one has to know besides, as sentences. */
  readonly about?: string;
  /** It makes something, and answers with 201. */
  readonly makes?: true;
  /** What to send, members of the path too. */
  readonly example?: Readonly<Record<string, unknown>>;
};

export const apiTags = {
  keys: 'API keys: what they may do, and how much. Admin keys are keys of another kind.',
  projects: 'Groups of keys with models, aliases and budgets of their own.',
  people: 'Who shares this Keyhatch, in which role, and who is invited.',
  usage: 'What was used, as sums.',
  requests: 'Single requests, and what was captured of them.',
  settings: 'How this Keyhatch works.',
  upstreams: 'The model servers behind the gateway.',
  server: 'The gateway itself, and how it is.',
  audit: 'Who did what and when, and whether that record is whole.',
} as const;
export type ApiTag = keyof typeof apiTags;
