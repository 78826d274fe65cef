// In which headers a model server takes its own credential (each takes its own, not what the client
// sent). Holds no credential and sends nothing.

import { type UpstreamKind, upstreamKindRow } from '../../shared/upstream-kinds.ts';

/** Header names in lower case. No credential, no headers. */
export function credentialHeaders(kind: UpstreamKind, credential: string | undefined): Record<string, string> {
  if (credential === undefined || credential === '') return {};
  const bearer = { authorization: `Bearer ${credential}` };
  const apiKey = { 'x-api-key': credential };
  const carrier = upstreamKindRow(kind).credential;
  if (carrier === 'bearer') return bearer;
  return carrier === 'x-api-key' ? apiKey : { ...bearer, ...apiKey };
}
