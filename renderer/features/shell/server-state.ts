// The server's state as a colour and a word.

import type { Status } from '../../../shared/model.ts';
import { serverTexts } from '../../texts/server-texts.ts';
import type { Tone } from '../../ui/tone.ts';

export function stateOf({ server, access }: Status): { readonly tone: Tone; readonly word: string } {
  const { states } = serverTexts;
  switch (server.state) {
    case 'running':
      return access.onLan && !access.requireKey
        ? { tone: 'limited', word: states.open }
        : { tone: 'good', word: states.running };
    case 'failed':
      return { tone: 'bad', word: states.failed };
    case 'starting':
      return { tone: 'off', word: states.starting };
    case 'stopping':
      return { tone: 'off', word: states.stopping };
    case 'stopped':
      return { tone: 'off', word: states.stopped };
  }
}
