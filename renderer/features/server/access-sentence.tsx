// Who may come in and to what, as the one sentence that sums up every switch below it.

import type { Status } from '../../../shared/model.ts';
import { serverTexts } from '../../texts/server-texts.ts';
import { Notice } from '../../ui/notice.tsx';

export function AccessSentence({ status }: { readonly status: Status }) {
  const { access, server } = status;
  if (server.state !== 'running') return <Notice tone="accent">{serverTexts.nobody(access.sentence)}</Notice>;
  const exposed = !access.requireKey && access.onLan;
  return <Notice tone={exposed ? 'limited' : 'accent'}>{access.sentence}</Notice>;
}
