// A streamed answer that stops after its first frame until it is let go, for whatever a test does meanwhile.

import { framesOf, openStream } from './dialect-answers.ts';
import { type Behaviour, chatAnswer } from './fake-upstream.ts';

/** Lists of models are answered at once. */
export function holdStreams(): { readonly behave: Behaviour; readonly letGo: () => void } {
  const gate = Promise.withResolvers<void>();
  return {
    async behave(arrival, res, req) {
      if (arrival.method !== 'POST') return chatAnswer(arrival, res, req);
      openStream(res, 'openai');
      const [head = '', ...tail] = framesOf('openai');
      res.write(head);
      await gate.promise;
      res.end(tail.join(''));
    },
    letGo: gate.resolve,
  };
}
