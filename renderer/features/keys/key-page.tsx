// KeyPage: built next.

import { Page } from '../../ui/page.tsx';

export function KeyPage(_props: { readonly id: string }) {
  return <Page title="Key">{null}</Page>;
}
