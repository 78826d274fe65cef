// A captured request and its answer as messages, in every dialect, whole, streamed, cut, and of no shape that is known.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnswer, readRequest } from '../../../renderer/features/requests/conversation-reading.ts';

const request = (body: unknown) => readRequest(JSON.stringify(body));
const sse = (...events: readonly unknown[]) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
const ndjson = (...events: readonly unknown[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const text = (said: string) => ({ kind: 'text', text: said });

describe('a request', () => {
  test('of OpenAI’s chat, with parts, a call and its result', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'data:…' } },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [{ function: { name: 'look', arguments: '{"at":1}' } }] },
      { role: 'tool', content: 'a cat' },
    ];
    expect(request({ messages })).toEqual([
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'user', parts: [text('What is this?'), { kind: 'media', text: 'image' }] },
      { role: 'assistant', parts: [{ kind: 'call', name: 'look', text: '{"at":1}' }] },
      { role: 'tool', parts: [{ kind: 'result', text: 'a cat' }] },
    ]);
  });

  test('of Anthropic', () => {
    const messages = [
      { role: 'assistant', content: [{ type: 'tool_use', name: 'look', input: { at: 1 } }] },
      { role: 'user', content: [{ type: 'tool_result', content: [{ type: 'text', text: 'a cat' }] }] },
    ];
    expect(request({ system: [{ type: 'text', text: 'Be brief.' }], messages })).toEqual([
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'assistant', parts: [{ kind: 'call', name: 'look', text: '{"at":1}' }] },
      { role: 'user', parts: [{ kind: 'result', text: 'a cat' }] },
    ]);
  });

  test('of the Responses API', () => {
    const input = [
      { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'function_call', name: 'look', arguments: '{}' },
      { type: 'function_call_output', output: 'a cat' },
    ];
    expect(request({ instructions: 'Be brief.', input })).toEqual([
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'user', parts: [text('hi')] },
      { role: 'assistant', parts: [{ kind: 'call', name: 'look', text: '{}' }] },
      { role: 'tool', parts: [{ kind: 'result', text: 'a cat' }] },
    ]);
    expect(request({ input: 'hi' })).toEqual([{ role: 'user', parts: [text('hi')] }]);
  });

  test('with a prompt, and of embeddings', () => {
    expect(request({ prompt: 'Once' })).toEqual([{ role: 'user', parts: [text('Once')] }]);
    expect(request({ input: ['one', 'two'] })).toEqual([{ role: 'user', parts: [text('one'), text('two')] }]);
  });
});

describe('an answer', () => {
  const call = { kind: 'call', name: 'look', text: '{"at":1}' };
  test.each([
    ['OpenAI, whole', JSON.stringify({ choices: [{ message: { content: 'Hello' } }] }), [text('Hello')]],
    [
      'OpenAI, streamed, with reasoning and a call in pieces',
      sse(
        { choices: [{ delta: { reasoning_content: 'Hm' } }] },
        { choices: [{ delta: { content: 'Hel' } }] },
        { choices: [{ delta: { content: 'lo' } }] },
        { choices: [{ delta: { tool_calls: [{ index: 0, function: { name: 'look', arguments: '{"a' } }] } }] },
        { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: 't":1}' } }] } }] },
      ).concat('data: [DONE]\n\n'),
      [{ kind: 'thinking', text: 'Hm' }, text('Hello'), call],
    ],
    ['completions, streamed', sse({ choices: [{ text: 'He' }] }, { choices: [{ text: 'llo' }] }), [text('Hello')]],
    [
      'Anthropic, whole',
      JSON.stringify({
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'text', text: 'Hello' },
          { type: 'tool_use', name: 'look', input: { at: 1 } },
        ],
      }),
      [text('Hello'), call],
    ],
    [
      'Anthropic, streamed',
      sse(
        { type: 'message_start', message: { role: 'assistant', content: [] } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
        { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', name: 'look', input: {} } },
        { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"at"' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: ':1}' } },
        { type: 'message_stop' },
      ),
      [text('Hello'), call],
    ],
    [
      'Responses, whole',
      JSON.stringify({
        error: null,
        output: [
          { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] },
          { type: 'function_call', name: 'look', arguments: '{"at":1}' },
        ],
      }),
      [text('Hello'), call],
    ],
    [
      'Responses, streamed, where the end says all of it again',
      sse(
        { type: 'response.output_text.delta', delta: 'Hel' },
        { type: 'response.output_text.delta', delta: 'lo' },
        { type: 'response.output_item.added', item: { type: 'function_call', id: 'fc', name: 'look' } },
        { type: 'response.function_call_arguments.delta', item_id: 'fc', delta: '{"at":1}' },
        {
          type: 'response.completed',
          response: { output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }] },
        },
      ),
      [text('Hello'), call],
    ],
    [
      'Ollama chat, streamed',
      ndjson({ message: { content: 'Hel' } }, { message: { content: 'lo' } }, { done: true }),
      [text('Hello')],
    ],
    ['Ollama generate, streamed', ndjson({ response: 'Hel' }, { response: 'lo', done: true }), [text('Hello')]],
    [
      'LM Studio v1, streamed',
      sse({ type: 'reasoning.delta', content: 'Hm' }, { type: 'message.delta', content: 'Hello' }),
      [{ kind: 'thinking', text: 'Hm' }, text('Hello')],
    ],
    ['an error', JSON.stringify({ error: { message: 'out of memory' } }), [text('out of memory')]],
  ])('of %s', (_name, answer, expected) => {
    expect(readAnswer(answer)).toEqual(expected);
  });

  test('that was cut in the middle of an event shows what came before', () => {
    const whole = sse({ choices: [{ delta: { content: 'Hello' } }] }, { choices: [{ delta: { content: ' there' } }] });
    expect(readAnswer(whole.slice(0, -20))).toEqual([text('Hello')]);
  });
});

test('whatever it is given, it does not throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, junk) => {
      const some = JSON.stringify({ messages: value, input: value, content: value, choices: value, output: value });
      for (const given of [some, `data: ${some}\n`, junk]) {
        readRequest(given);
        readAnswer(given);
      }
    }),
    { numRuns: 200 },
  );
});
