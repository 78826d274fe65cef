// Days as people on this machine count them: from local midnight to local midnight, 23 to 25 hours long. Asks
// JavaScript and not SQLite, whose C library does not know a TZ such as Europe/Berlin on Windows.

export type LocalDay = {
  /** `2026-03-29`. */
  readonly date: string;
  /** Epoch ms of its midnight. */
  readonly from: number;
  /** Epoch ms of the next day's midnight. */
  readonly to: number;
};

/** The local day in which a moment (epoch ms) lies. */
export function localDay(atMs: number): LocalDay {
  const at = new Date(atMs);
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  return {
    date: `${year}-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`,
    from: new Date(year, month, day).getTime(),
    to: new Date(year, month, day + 1).getTime(),
  };
}

/** Every local day that has a part in the time between two moments (epoch ms, both included), oldest first. */
export function localDays(sinceMs: number, untilMs: number): LocalDay[] {
  const days: LocalDay[] = [];
  for (let at = sinceMs; at <= untilMs; ) {
    const day = localDay(at);
    days.push(day);
    at = day.to;
  }
  return days;
}
