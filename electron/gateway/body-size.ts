// How a bound on bytes is said to people.

/** `128 GiB`, `64 MiB`, `4 KiB`; rounded down. */
export function sizeText(sizeBytes: number): string {
  const mebibytes = sizeBytes / 1024 / 1024;
  if (mebibytes >= 1024) return `${Math.floor(mebibytes / 1024)} GiB`;
  return mebibytes >= 1 ? `${Math.floor(mebibytes)} MiB` : `${Math.floor(sizeBytes / 1024)} KiB`;
}
