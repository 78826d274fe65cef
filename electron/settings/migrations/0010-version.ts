// Step 10: the first numbered file. One without a version was written by hand and already has the names of version 10.
// Frozen: raw JSON in, raw JSON out, and a released step imports nothing live.

export const version10 = {
  version: 10,
  up: (raw: Readonly<Record<string, unknown>>): Record<string, unknown> => ({ ...raw }),
};
