// Hears the signals that tell a process to end. For a process that drains before it does.

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls back on each of them, until the returned function is called. */
export function onStopSignal(act: () => void): () => void {
  for (const signal of signals) {
    // conf's way of writing files listens too and sends the signal on to the whole process, which would look like a
    // second one and end us in the middle of draining. What it wants to do then, it also does on exit. Ours goes in
    // before theirs goes out: with nobody listening for a moment, a signal of that moment would be lost.
    const others = process.listeners(signal);
    process.on(signal, act);
    for (const other of others) process.off(signal, other);
  }
  return () => {
    for (const signal of signals) process.off(signal, act);
  };
}
