// A rough guess at how hard a passphrase is to guess, for a hint while it is typed. Pure; decides nothing.

export type Strength = 'weak' | 'fair' | 'strong';

/** As short as a backup takes. */
export const shortestPassphrase = 12;

/** By the size of the alphabet it is drawn from and by how many different characters it has. */
export function passphraseStrength(text: string): Strength {
  const kinds: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^A-Za-z0-9]/, 33],
  ];
  const alphabet = kinds.reduce((sum, [kind, size]) => sum + (kind.test(text) ? size : 0), 0);
  // What is said twice is not twice as hard.
  const different = new Set(text.toLowerCase()).size;
  const counted = Math.min(text.length, different * 2);
  const bits = counted * Math.log2(Math.max(alphabet, 2));
  if (text.length < shortestPassphrase || bits < 60) return 'weak';
  return bits < 90 ? 'fair' : 'strong';
}
