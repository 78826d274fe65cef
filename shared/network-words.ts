// Networks as people choose and read them: the words that stand for one, and a list as text. Apart from how networks are
// read, so that pages which only name them need not carry that.

/** What people choose by name instead of a block. */
export const networkWords = {
  'this-computer': 'this computer',
  'my-network': 'your own network, this computer included',
  anywhere: 'anywhere',
} as const;
export type NetworkWord = keyof typeof networkWords;

/** The networks of a key in words, or `anywhere`. */
export function networksText(networks: readonly string[] | null): string {
  return oneAfterOther((networks ?? ['anywhere']).map((one) => networkWords[one as NetworkWord] ?? one));
}

/** `a, b and c` */
export function oneAfterOther(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}
