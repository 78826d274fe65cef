// How long a refused client is told to wait: whole seconds from 1 to 59, because at 60 and above some libraries ignore the
// advice and others sleep through it. What takes longer is not to be waited for in a program at all.

/** Beyond this a client is told not to try again by itself. */
export const longestAdviceMs = 60_000;

export type WaitAdvice = {
  readonly seconds: number;
  readonly waitMs: number;
  /** For people: `12 s`, `40 min`. */
  readonly wait: string;
};

export function waitAdvice(waitMs: number): WaitAdvice {
  const whole = Math.max(1, Math.ceil(waitMs));
  const seconds = Math.min(59, Math.max(1, Math.ceil(whole / 1000)));
  return {
    seconds,
    waitMs: whole,
    wait: whole > longestAdviceMs ? `${Math.ceil(whole / 60_000)} min` : `${seconds} s`,
  };
}
