// `fetch` for SDKs that counts what it sends. Impatient, it shortens the wait that a refusal asks for, so that every
// attempt an SDK would make is seen without sitting through its pauses; whether it tries again stays its own decision.

type Fetch = typeof globalThis.fetch;

export type CountingFetch = {
  readonly fetch: Fetch;
  readonly attempts: () => number;
  /** The refusals as the server sent them, in order. */
  readonly refusals: () => readonly Response[];
};

/** @param options.fetch what does the sending; the global one unless told */
export function countingFetch(options: { readonly impatient?: boolean; readonly fetch?: Fetch } = {}): CountingFetch {
  const { impatient = false, fetch = globalThis.fetch } = options;
  const refusals: Response[] = [];
  let attempts = 0;

  async function counted(...args: Parameters<Fetch>): Promise<Response> {
    attempts += 1;
    const response = await fetch(...args);
    if (response.status < 400) return response;
    // Read whole: cancelling one of two clones, as SDKs do before they try again, would wait for the other one.
    const body = await response.arrayBuffer();
    const { status, statusText, headers } = response;
    refusals.push(new Response(body, { status, statusText, headers }));
    const shown = new Headers(headers);
    if (impatient) shown.set('retry-after-ms', '1');
    return new Response(body, { status, statusText, headers: shown });
  }

  return { fetch: counted, attempts: () => attempts, refusals: () => refusals };
}
