// `fetch` for SDKs that counts what it sends. Impatient, it shortens the wait that a refusal asks for, so that every
// attempt an SDK would make is seen without sitting through its pauses; whether it tries again stays its own decision.

export type CountingFetch = {
  readonly fetch: typeof globalThis.fetch;
  readonly attempts: () => number;
  /** The refusals as the server sent them, in order. */
  readonly refusals: () => readonly Response[];
};

export function countingFetch(options: { readonly impatient?: boolean } = {}): CountingFetch {
  let attempts = 0;
  const refusals: Response[] = [];

  async function counted(...args: Parameters<typeof globalThis.fetch>): Promise<Response> {
    attempts += 1;
    const response = await globalThis.fetch(...args);
    if (response.status < 400) return response;
    refusals.push(response.clone());
    if (!options.impatient) return response;
    const headers = new Headers(response.headers);
    headers.set('retry-after-ms', '1');
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  }

  return { fetch: counted, attempts: () => attempts, refusals: () => refusals };
}
