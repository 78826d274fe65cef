// When secrets that were rotated away were last used: kept in memory for a moment and then written, because the gateway may
// not wait for a disk. An owner looks here before the grace ends.

export type OldSecretUse = {
  readonly id: string;
  readonly at: number;
  readonly address: string;
  readonly userAgent: string | null;
};

export type OldSecrets = {
  readonly used: (use: OldSecretUse) => void;
  /** Writes what waits. Never throws. */
  readonly flush: () => void;
};

const gatherMs = 2_000;

export function createOldSecrets(ports: {
  readonly write: (uses: readonly OldSecretUse[]) => void;
  readonly onWritten: (keyId: string) => void;
  readonly onFailure: (error: unknown) => void;
}): OldSecrets {
  const waiting = new Map<string, OldSecretUse>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    const uses = [...waiting.values()];
    waiting.clear();
    try {
      ports.write(uses);
      for (const { id } of uses) ports.onWritten(id);
    } catch (error) {
      // Written with the next ones, unless there is a newer use by then.
      for (const use of uses) if (!waiting.has(use.id)) waiting.set(use.id, use);
      ports.onFailure(error);
    }
  }

  return {
    used(use) {
      waiting.set(use.id, use);
      timer ??= setTimeout(flush, gatherMs).unref();
    },
    flush,
  };
}
