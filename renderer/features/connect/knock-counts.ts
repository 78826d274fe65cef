// Which count of refusals has grown most between two looks. Pure.

export type Counts = readonly { readonly code: string; readonly count: number }[];

export function newKnock(before: Counts, now: Counts): string | undefined {
  const earlier = new Map(before.map(({ code, count }) => [code, count]));
  const grown = now
    .map(({ code, count }) => ({ code, more: count - (earlier.get(code) ?? 0) }))
    .filter(({ more }) => more > 0)
    .sort((a, b) => b.more - a.more);
  return grown[0]?.code;
}
