// Whether a text is good enough to be somebody's password. Length does most of it (NIST SP 800-63B: no rules about kinds of
// characters); what everybody tries first is refused. Pure. Its list is short and local: it knows the commonest passwords of
// that length and their patterns, and none of the hundreds of millions that have leaked besides.

import { passwordMaxBytes, passwordMinChars } from '../../shared/people-model.ts';

/** Words that long passwords are commonly made of, alone or with others, digits and marks. */
const commonWords = [
  ...[
    'password',
    'passwort',
    'passw0rd',
    'p@ssw0rd',
    'pa55word',
    'passphrase',
    'motdepasse',
    'contraseña',
    'wachtwoord',
  ],
  ...['qwerty', 'qwertz', 'azerty', 'qwertyuiop', 'asdfgh', 'asdfghjkl', 'zxcvbn', 'zxcvbnm', 'yxcvbnm', 'qazwsx'],
  ...[
    'qazwsxedc',
    '1q2w3e',
    '1q2w3e4r',
    '1q2w3e4r5t',
    '1q2w3e4r5t6y',
    '1qaz2wsx',
    '1qaz2wsx3edc',
    'q1w2e3r4',
    'zaq12wsx',
  ],
  ...['letmein', 'welcome', 'willkommen', 'bienvenue', 'iloveyou', 'ichliebedich', 'teamo', 'jetaime', 'admin'],
  ...['administrator', 'root', 'toor', 'user', 'guest', 'login', 'master', 'secret', 'geheim', 'changeme', 'default'],
  ...['trustno1', 'monkey', 'dragon', 'football', 'baseball', 'basketball', 'soccer', 'hockey', 'superman', 'batman'],
  ...['spiderman', 'pokemon', 'starwars', 'princess', 'sunshine', 'shadow', 'michael', 'jordan', 'jennifer', 'ashley'],
  ...['jessica', 'charlie', 'daniel', 'thomas', 'andrew', 'hunter', 'killer', 'freedom', 'whatever', 'computer'],
  ...['internet', 'samsung', 'google', 'facebook', 'instagram', 'linkedin', 'myspace', 'minecraft', 'microsoft'],
  ...['windows', 'liverpool', 'chelsea', 'arsenal', 'barcelona', 'realmadrid', 'manchester', 'juventus', 'summer'],
  ...['winter', 'spring', 'autumn', 'sommer', 'herbst', 'january', 'february', 'december', 'hello', 'hallo', 'bonjour'],
  ...[
    'test',
    'testing',
    'temp',
    'sample',
    'access',
    'abc',
    'abcd',
    'abcdef',
    'abcdefgh',
    'my',
    'mein',
    'the',
    'new',
    'neu',
  ],
  ...[
    'correcthorsebatterystaple',
    'keyhatch',
    'gateway',
    'apikey',
    'openai',
    'ollama',
    'lmstudio',
    'llama',
    'localhost',
  ],
  ...['ncc1701', 'blink182', 'michelle', 'mustang', 'maggie', 'cookie', 'cheese', 'chocolate', 'butterfly', 'angel'],
].sort((a, b) => b.length - a.length);

/** Long ones of the lists that go round, which no pattern below makes. */
const commonWhole: ReadonlySet<string> = new Set([
  ...['fuckyoufuckyou', 'youaremysunshine', 'imissyousomuch', 'ilovemyfamily', 'ilovemymother', 'iloveyouforever'],
  ...[
    'babygirlbabygirl',
    'thisismypassword',
    'nopasswordneeded',
    'idontknowmypassword',
    'ihavenopassword',
    'openthedoor',
  ],
  ...[
    'onetwothreefour',
    'oneringtorulethemall',
    'maytheforcebewithyou',
    'tobeornottobe',
    'tobeornottobethatisthequestion',
  ],
  ...[
    'thequickbrownfox',
    'thequickbrownfoxjumpsoverthelazydog',
    'loremipsumdolor',
    'mypasswordispassword',
    'godisgood1234',
  ],
  ...[
    'jesuschristislord',
    'unbelievable',
    'schatzi12345',
    'hallowelt1234',
    'helloworld12',
    'abrakadabra12',
    'alohomora123',
  ],
]);

const keyboardRows = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  '1234567890',
  'abcdefghijklmnopqrstuvwxyz',
];
/** From as many letters, digits and marks on that follow no pattern, nothing of the list is looked for. */
const enoughLeft = 6;

/** Why a password cannot be used, completing "This password cannot be used: …"; undefined where it can. */
export function unsuitablePassword(password: string, personName: string): string | undefined {
  const text = password.normalize('NFC');
  if ([...text].length < passwordMinChars) return `it needs at least ${passwordMinChars} characters`;
  if (Buffer.byteLength(text) > passwordMaxBytes) return `it has more than ${passwordMaxBytes} bytes`;
  if (/\p{Cc}/u.test(text)) return 'it holds control characters';
  const folded = text.toLowerCase();
  if (isRepeated(folded)) return 'it repeats the same few characters';
  if (isSequence(folded)) return 'its characters follow each other on the keyboard or in the alphabet';
  const plain = plainOf(folded);
  if (commonWhole.has(plain)) return 'it is one of those that everybody tries first';
  const names = [personName, ...personName.split(/[^\p{L}\p{N}]+/u)].map((name) => plainOf(name.toLowerCase()));
  const words = [...names.filter(({ length }) => length >= 3), ...commonWords];
  if (left(folded, words) < enoughLeft) return 'it is made of your name or of words that everybody tries first';
  return undefined;
}

/** One piece of up to four characters over and over, or hardly any different ones. */
function isRepeated(text: string): boolean {
  return /^(.{1,4}?)\1+.{0,3}$/su.test(text) || new Set(text).size < 5;
}

function isSequence(text: string): boolean {
  const plain = text.replace(/[\s._-]/g, '');
  let steps = 0;
  for (let at = 1; at < plain.length; at++) if (follows(plain[at - 1] ?? '', plain[at] ?? '')) steps += 1;
  return steps >= plain.length - 3;
}

function follows(one: string, next: string): boolean {
  const pair = one + next;
  return keyboardRows.some((row) => row.includes(pair) || [...row].reverse().join('').includes(pair)) || one === next;
}

// As it would be read: marks in the place of letters undone.
function plainOf(text: string): string {
  const marks: Readonly<Record<string, string>> = { '@': 'a', $: 's', '!': 'i' };
  return text.replace(/[@$!]/g, (mark) => marks[mark] ?? mark).replace(/[^\p{L}\p{N}]/gu, '');
}

/** How many characters are left once known words, years, runs and marks are taken away. */
function left(text: string, words: readonly string[]): number {
  let rest = [text, plainOf(text)].reduce((least, one) => {
    const cut = words.reduce((kept, word) => kept.replaceAll(word, '\n'), one);
    return cut.length < least.length ? cut : least;
  });
  rest = rest
    .replace(/(?:19|20)\d\d/g, '')
    .replace(/(.)\1+/gu, '$1')
    .replace(/(?:0?123456789?0?|0?1234567?|0?12345?|0?123)/g, '');
  return [...rest.replace(/[^\p{L}\p{N}]/gu, '')].length;
}
