// How verifiers are written into a vault entry: 30 to an entry, a line each, `<key id> <digest>[ <end of grace>]`, the
// time as epoch milliseconds in base 36. Thirty lines stay below the 2,560 bytes that Windows takes for an entry.

/** What one credential is checked with. `until` is when it stops counting, epoch ms; null for a key's current one. */
export type Verifier = { readonly keyId: string; readonly digest: string; readonly until: number | null };

export const verifiersPerEntry = 30;

const linePattern = /^([0-9A-Za-z]{8}) ([\w-]{43})(?: ([0-9a-z]{1,11}))?$/;

export function isKeyId(text: string): boolean {
  return /^[0-9A-Za-z]{8}$/.test(text);
}

export function printVerifiers(verifiers: readonly Verifier[]): string {
  return verifiers
    .map(({ keyId, digest, until }) => `${keyId} ${digest}${until === null ? '' : ` ${until.toString(36)}`}`)
    .join('\n');
}

/** @param onBadLine hears the number of each line that is none, from 1; such lines are left out */
export function parseVerifiers(text: string, onBadLine: (lineNumber: number) => void): Verifier[] {
  return text.split('\n').flatMap((line, at) => {
    const [, keyId, digest, until] = linePattern.exec(line) ?? [];
    if (keyId && digest && isCanonical(digest)) {
      return [{ keyId, digest, until: until ? Number.parseInt(until, 36) : null }];
    }
    onBadLine(at + 1);
    return [];
  });
}

// Look-up is by the text: one that no digest of ours is ever spelled as could not be found.
function isCanonical(digest: string): boolean {
  return Buffer.from(digest, 'base64url').toString('base64url') === digest;
}
