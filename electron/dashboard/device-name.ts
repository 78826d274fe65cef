// What a browser is called in the list of sessions, by its User-Agent: two names out of fixed lists, so that whatever
// somebody sends is never shown. For people to recognise their own devices by; anybody can send any User-Agent. Pure.

const browsers = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium)\//],
  ['Safari', /\bVersion\/.*\bSafari\//],
] as const;

const systems = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b|\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const;

export function deviceName(userAgent: string | undefined): string {
  const text = (userAgent ?? '').slice(0, 500);
  const nameIn = (list: typeof browsers | typeof systems) => list.find(([, mark]) => mark.test(text))?.[0];
  const [browser, system] = [nameIn(browsers), nameIn(systems)];
  return system === undefined ? (browser ?? 'Another program') : `${browser ?? 'A browser'} on ${system}`;
}
