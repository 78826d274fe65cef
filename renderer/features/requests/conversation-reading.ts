// A captured request and its answer as messages that people can read, whatever dialect they were said in. Reads by shape:
// what it does not know it leaves out, and the page shows the text as it came besides. Pure; never throws.

import { type AnswerPart, createAnswer } from './answer-parts.ts';
import { argumentsText, type Fields, fieldsIn, isFields } from './loose-fields.ts';

export type Part =
  | { readonly kind: 'text' | 'thinking'; readonly text: string }
  | { readonly kind: 'call'; readonly name: string; readonly text: string }
  | { readonly kind: 'result'; readonly text: string }
  /** An image, a sound or a file. */
  | { readonly kind: 'media'; readonly text: string };

export type Said = { readonly role: string; readonly parts: readonly Part[] };

/** Everything that was sent to the model, in order. */
export function readRequest(text: string): readonly Said[] {
  const body = parsed(text);
  if (!body) return [];
  const system = partsOf(body['system'] ?? body['instructions'] ?? body['system_prompt']);
  const messages = fieldsIn(body['messages']).map(messageOf);
  const { input } = body;
  const items = Array.isArray(input) && input.some(isFields) ? input.map(itemOf) : [];
  const plain = partsOf(body['prompt'] ?? (items.length > 0 ? undefined : input));
  return [
    ...(system.length > 0 ? [{ role: 'system', parts: system }] : []),
    ...messages,
    ...items,
    ...(plain.length > 0 ? [{ role: 'user', parts: plain }] : []),
  ].filter(({ parts }) => parts.length > 0);
}

/** What the model said, streamed or not; also the beginning of an answer that was cut. */
export function readAnswer(text: string): readonly Part[] {
  const whole = parsed(text);
  const answer = createAnswer();
  for (const event of whole ? [whole] : eventsIn(text)) answer.take(event);
  return answer.parts().map(toPart);
}

function toPart({ kind, name, text }: AnswerPart): Part {
  return kind === 'call' ? { kind, name, text } : { kind, text };
}

// Server-sent events and NDJSON; a last line that was cut is no JSON and is left out.
function eventsIn(text: string): Fields[] {
  return text.split('\n').flatMap((line): Fields[] => {
    const event = parsed(line.replace(/^data:/, ''));
    return event ? [event] : [];
  });
}

function parsed(text: string): Fields | undefined {
  const start = text.trimStart();
  if (!start.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(start);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(message: Fields): Said {
  const calls = fieldsIn(message['tool_calls']).map((call): Part => {
    const fn = isFields(call['function']) ? call['function'] : call;
    return { kind: 'call', name: String(fn['name'] ?? ''), text: argumentsText(fn['arguments']) };
  });
  const thinking = message['reasoning_content'] ?? message['thinking'];
  const role = String(message['role'] ?? 'user');
  const content = partsOf(message['content']);
  const images = Array.isArray(message['images']) ? message['images'].map((): Part => media('image')) : [];
  return {
    role,
    parts: [
      ...(typeof thinking === 'string' && thinking !== '' ? [{ kind: 'thinking' as const, text: thinking }] : []),
      ...(role === 'tool' ? content.map(({ text }): Part => ({ kind: 'result', text })) : content),
      ...images,
      ...calls,
    ],
  };
}

// An item of the Responses API.
function itemOf(item: unknown): Said {
  if (!isFields(item)) return { role: 'user', parts: partsOf(item) };
  if (item['type'] === 'function_call') {
    const call: Part = { kind: 'call', name: String(item['name'] ?? ''), text: argumentsText(item['arguments']) };
    return { role: 'assistant', parts: [call] };
  }
  if (item['type'] === 'function_call_output') {
    return { role: 'tool', parts: [{ kind: 'result', text: argumentsText(item['output']) }] };
  }
  return item['content'] === undefined ? { role: 'user', parts: partsOf([item]) } : messageOf(item);
}

function partsOf(content: unknown): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  return Array.isArray(content) ? content.flatMap(blockOf) : [];
}

function blockOf(block: unknown): readonly Part[] {
  if (typeof block === 'string') return partsOf(block);
  if (!isFields(block)) return [];
  const { type, text, thinking } = block;
  if (type === 'tool_use') {
    return [{ kind: 'call', name: String(block['name'] ?? ''), text: argumentsText(block['input']) }];
  }
  if (type === 'tool_result') {
    const said = partsOf(block['content']).map((part) => part.text);
    return [{ kind: 'result', text: said.join('\n') }];
  }
  if (typeof thinking === 'string') return [{ kind: 'thinking', text: thinking }];
  if (typeof text === 'string') return partsOf(text);
  return typeof type === 'string' ? [media(type)] : [];
}

const media = (type: string): Part => ({
  kind: 'media',
  text: type.replace(/^input_|_url$/g, '').replaceAll('_', ' '),
});
