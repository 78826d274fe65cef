// The two ways in which a command ends badly without the catalogue having a code for it: it was called wrongly (exit
// code 2), or it did its work and the answer is bad news (exit code 1). Both messages are one sentence for people.

/** Wrong usage: said on stderr with a pointer to the help, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command ran and failed: said on stderr, exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
