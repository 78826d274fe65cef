// A host as the system takes it: IPv6 addresses stand in brackets in URLs and in settings, and nowhere else. Pure.

export function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
