// Typed events inside one process. A listener that throws is reported and does not keep the others from hearing.

export type EventHub<Events extends Record<string, unknown>> = {
  /** Listens until the returned function is called. */
  readonly on: <Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void) => () => void;
  readonly emit: <Name extends keyof Events>(name: Name, event: Events[Name]) => void;
};

export function createEventHub<Events extends Record<string, unknown>>(
  onListenerError: (error: unknown) => void,
): EventHub<Events> {
  const listeners = new Map<keyof Events, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => {
        set.delete(listener);
      };
    },
    emit(name, event) {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          listener(event as never);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
  };
}
