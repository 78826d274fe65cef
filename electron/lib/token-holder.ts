// Under which id usage, limits and running requests know whoever comes with a token of their own: where a key's id would
// stand. Said once, for whoever writes it and for whoever looks it up.

/** Before the id of a person. No key's id has a dash. */
export const holderPrefix = 'tok-';

export const holderIdOf = (personId: string): string => `${holderPrefix}${personId}`;

/** The person behind such an id; undefined for the id of a key. */
export function personOfHolder(id: string): string | undefined {
  return id.startsWith(holderPrefix) ? id.slice(holderPrefix.length) : undefined;
}
