// Which program a request came from, without looking for it anew with every request: few programs make many requests.

import { clientOfUserAgent, type UserAgentName } from '../../shared/snippets-user-agents.ts';

export type ClientName = (userAgent: string | undefined) => UserAgentName;

/** Whoever sends a new User-Agent each time gains nothing by it, and fills no memory. */
const rememberedAtMost = 256;

export function createClientName(): ClientName {
  const known = new Map<string, UserAgentName>();
  return (userAgent) => {
    const text = userAgent?.slice(0, 256) ?? '';
    const found = known.get(text);
    if (found !== undefined) return found;
    const name = clientOfUserAgent(text);
    if (known.size >= rememberedAtMost) known.clear();
    known.set(text, name);
    return name;
  };
}
