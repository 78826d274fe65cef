// RequestPage: built next.

import { Page } from '../../ui/page.tsx';

export function RequestPage(_props: { readonly id: string }) {
  return <Page title="Request">{null}</Page>;
}
