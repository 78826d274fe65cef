// Whether this page may ask Keyhatch anything. In the Electron window it always may; a browser signs in.

export type Session = {
  readonly needed: () => boolean;
  /** Calls back whenever `needed` changes, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
  /** @throws KeyhatchError when the link is used up, too old or wrong */
  readonly signIn: (token: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
};

/** For the Electron window. */
export const noSession: Session = {
  needed: () => false,
  subscribe: () => () => {},
  signIn: () => Promise.resolve(),
  signOut: () => Promise.resolve(),
};
