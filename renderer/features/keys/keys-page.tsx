// KeysPage: built next.

import { Page } from '../../ui/page.tsx';

export function KeysPage(_props: { readonly creating?: boolean }) {
  return <Page title="Keys">{null}</Page>;
}
