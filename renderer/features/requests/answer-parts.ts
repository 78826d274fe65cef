// Puts an answer together from its pieces: events of a stream one after the other, or one that came whole, in the shapes of
// OpenAI, Anthropic, Ollama and LM Studio. Pure; what it does not know it passes over.

import { argumentsText, type Fields, fieldsIn, isFields } from './loose-fields.ts';

export type AnswerPart = { kind: 'text' | 'thinking' | 'call'; name: string; text: string };

export type GrowingAnswer = {
  readonly take: (event: Fields) => void;
  readonly parts: () => readonly AnswerPart[];
};

export function createAnswer(): GrowingAnswer {
  const parts: AnswerPart[] = [];
  const calls = new Map<string, AnswerPart>();

  function add(kind: 'text' | 'thinking', text: unknown): void {
    if (typeof text !== 'string' || text === '') return;
    const last = parts.at(-1);
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, name: '', text });
  }

  /** @param id what pieces of one call have in common; without, it came whole */
  function call(id: string | undefined, name: unknown, text: unknown): void {
    let found = id === undefined ? undefined : calls.get(id);
    if (!found) {
      found = { kind: 'call', name: '', text: '' };
      parts.push(found);
      if (id !== undefined) calls.set(id, found);
    }
    if (typeof name === 'string') found.name ||= name;
    found.text += argumentsText(text);
  }

  function message(fields: Fields, whole: boolean): void {
    add('thinking', fields['reasoning_content'] ?? fields['reasoning'] ?? fields['thinking']);
    if (Array.isArray(fields['content'])) for (const block of fieldsIn(fields['content'])) content(block);
    else add('text', fields['content']);
    for (const one of fieldsIn(fields['tool_calls'])) {
      const fn = isFields(one['function']) ? one['function'] : one;
      const id = whole || one['index'] === undefined ? undefined : String(one['index']);
      call(id, fn['name'], fn['arguments']);
    }
  }

  function content(block: Fields): void {
    if (block['type'] === 'tool_use') call(undefined, block['name'], block['input']);
    else if (block['type'] === 'thinking') add('thinking', block['thinking']);
    else add('text', block['text']);
  }

  function output(item: Fields): void {
    if (item['type'] === 'function_call') call(undefined, item['name'], item['arguments']);
    else if (item['type'] === 'reasoning') {
      for (const part of [...fieldsIn(item['summary']), ...fieldsIn(item['content'])]) add('thinking', part['text']);
      add('thinking', item['content']);
    } else if (typeof item['content'] === 'string') add('text', item['content']);
    else for (const part of fieldsIn(item['content'])) add('text', part['text']);
  }

  function streamed(type: string, event: Fields): boolean {
    const { delta } = event;
    const index = `block ${String(event['index'] ?? event['item_id'] ?? event['output_index'])}`;
    if (type === 'content_block_start' && isFields(event['content_block'])) {
      const block = event['content_block'];
      if (block['type'] === 'tool_use') call(index, block['name'], undefined);
      else content(block);
    } else if (type === 'content_block_delta' && isFields(delta)) {
      add('text', delta['text']);
      add('thinking', delta['thinking']);
      if (typeof delta['partial_json'] === 'string') call(index, undefined, delta['partial_json']);
    } else if (type === 'response.output_text.delta' || type === 'message.delta')
      add('text', delta ?? event['content']);
    else if (/^response\.reasoning.*\.delta$|^reasoning\.delta$/.test(type)) add('thinking', delta ?? event['content']);
    else if (type === 'response.output_item.added' && isFields(event['item'])) {
      const { item } = event;
      if (isFields(item) && item['type'] === 'function_call') call(`block ${String(item['id'])}`, item['name'], '');
    } else if (type === 'response.function_call_arguments.delta') call(index, undefined, delta);
    else
      return /^(?:response|message|content_block|chat|model_load|prompt_processing|reasoning|ping|error)(?:$|[._])/.test(
        type,
      );
    return true;
  }

  return {
    take(event) {
      if (event['error'] !== undefined && event['error'] !== null) add('text', errorText(event['error']));
      const { type } = event;
      // A whole answer of Anthropic's is of type `message` too; its pieces carry no content of their own.
      const isPiece = typeof type === 'string' && !(type === 'message' && event['content'] !== undefined);
      if (isPiece && streamed(type, event)) return;
      for (const choice of fieldsIn(event['choices'])) {
        if (isFields(choice['delta'])) message(choice['delta'], false);
        if (isFields(choice['message'])) message(choice['message'], true);
        add('text', choice['text']);
      }
      if (isFields(event['message'])) message(event['message'], true);
      if (type === 'message') message(event, true);
      for (const item of fieldsIn(event['output'])) output(item);
      add('thinking', event['thinking']);
      add('text', event['response']);
    },
    parts: () => parts,
  };
}

function errorText(error: unknown): string {
  if (typeof error === 'string') return error;
  return isFields(error) && typeof error['message'] === 'string' ? error['message'] : JSON.stringify(error);
}
