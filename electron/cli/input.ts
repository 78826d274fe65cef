// What people and scripts type into a running command: a secret on stdin, a yes or no. Secrets come this way because
// arguments are visible to every program on the machine.

import { CommandFailed, UsageError } from './cli-errors.ts';

export type InputSource = AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean | undefined };

export type Input = {
  /**
   * Everything on stdin without its last line end; from a terminal, one line.
   * @throws UsageError when it is empty, has several lines or more than 64 KiB
   */
  readonly secret: (what: string) => Promise<string>;
  /**
   * Everything on stdin, lines and all.
   * @throws UsageError when it is empty or has more than 1 MB
   */
  readonly text: (what: string) => Promise<string>;
  /**
   * Asks when somebody is at the terminal; else nobody can answer and the call stands as it was made.
   * @throws CommandFailed when the answer is not yes
   */
  readonly confirm: (question: string) => Promise<void>;
};

const inputMaxChars = 65_536;
const textMaxChars = 1_000_000;

export function createInput(stdin: InputSource, ask: (text: string) => void): Input {
  const atTerminal = stdin.isTTY === true;

  // Reading stops at the first line end of a terminal, which has no end of its own.
  async function read(maxChars: number, oneLine: boolean): Promise<string> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of stdin) {
      text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      if (text.length > maxChars || (oneLine && atTerminal && text.includes('\n'))) break;
    }
    return text.replace(/\r?\n$/, '');
  }

  return {
    async secret(what) {
      if (atTerminal) ask(`${what}: `);
      const text = await read(inputMaxChars, true);
      if (text === '') throw new UsageError(`Nothing came on stdin where ${what} was expected.`);
      if (text.length > inputMaxChars) throw new UsageError(`Far too much came on stdin for ${what}.`);
      if (/[\r\n]/.test(text)) throw new UsageError(`Several lines came on stdin where ${what} was expected.`);
      return text;
    },
    async text(what) {
      const text = await read(textMaxChars, false);
      if (text === '') throw new UsageError(`Nothing came on stdin where ${what} were expected.`);
      if (text.length > textMaxChars) throw new UsageError(`Far too much came on stdin for ${what}.`);
      return text;
    },
    async confirm(question) {
      if (!atTerminal) return;
      ask(`${question} [y/N] `);
      if (!/^y(es)?$/i.test((await read(inputMaxChars, true)).trim())) throw new CommandFailed('Nothing was changed.');
    },
  };
}
