/** The ways in which other programs write a text down, so that it is found in what they have written. */

/** JSON within JSON within JSON within JSON doubles the backslashes each time: 1, 3, 7, 15. */
const backslashes = '\\\\{0,15}';
const escapeLetters: Record<string, string> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' };
const htmlNames: Record<string, string> = { '"': 'quot', "'": 'apos', '&': 'amp', '<': 'lt', '>': 'gt' };

/** The source of a regular expression (flag `u`) for a text of which each character may be written in any way. */
export function anyWritingOf(text: string): string {
  return [...text].map(anyWritingOfCharacter).join('');
}

function anyWritingOfCharacter(character: string): string {
  // Nobody escapes these.
  if (/[A-Za-z0-9_]/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const literal = `\\u{${code.toString(16)}}`;
  const ways = [
    character === '\\' ? '\\\\{1,16}' : `${backslashes}${literal}`,
    utf16Escapes(character),
    percentEncoded(character),
    `&#(?:0*${code}|[xX]0*${anyCase(code.toString(16))});`,
  ];
  const letter = escapeLetters[character];
  if (letter !== undefined) ways.push(`\\\\{1,15}${letter}`);
  const html = htmlNames[character];
  if (html !== undefined) ways.push(`&${html};`);
  if (character === ' ') ways.push('\\+');
  return `(?:${ways.join('|')})`;
}

function utf16Escapes(character: string): string {
  return character
    .split('')
    .map((unit) => `\\\\{1,15}u${anyCase(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`)
    .join('');
}

function percentEncoded(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `%${anyCase(byte.toString(16).padStart(2, '0'))}`)
    .join('');
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/**
 * The source of a regular expression for the text within longer text that is encoded in base64, of either alphabet:
 * what stands before it, a user's name say, shifts it by 0, 1 or 2 bytes. The character that its first byte may share
 * with the one before is left.
 */
export function base64Of(text: string): string {
  const bytes = Buffer.from(text);
  const shifts = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const first = Math.ceil((shift * 8) / 6);
    const end = Math.floor(((shift + bytes.length) * 8) / 6);
    return encoded.slice(first, end).replace(/\+/g, '(?:[+\\-]|%2[bB])').replace(/\//g, '(?:[\\/_]|%2[fF])');
  });
  return `(?:${shifts.join('|')})[A-Za-z0-9+\\/_\\-]{0,2}(?:=|%3[dD]){0,2}`;
}

/** The writings of which a text that is cut may hold the beginning: plain, and as JSON, and JSON within JSON. */
export function literalWritingsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const within = [json, ascii].map((one) => JSON.stringify(one).slice(1, -1));
  return [...new Set([text, json, ascii, ...within])];
}
