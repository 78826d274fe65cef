// ConnectPage: built next.

import { Page } from '../../ui/page.tsx';

export function ConnectPage(_props: { readonly clientId?: string }) {
  return <Page title="Connect">{null}</Page>;
}
