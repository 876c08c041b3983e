/** How much room text takes in a terminal, and how to break it. */

const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u;

/** Columns of a text without control characters: two for what terminals draw double, none for marks. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/**
 * Breaks at spaces; a word that is too long breaks after a hyphen or, at last, anywhere.
 * @param unbroken words that stay whole, however long, and get a line of their own: paths, to be copied.
 */
export function wrap(text: string, columns: number, hangingIndent = '', unbroken?: RegExp): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const candidate = line.trim() === '' ? line + word : `${line} ${word}`;
    if (widthOf(candidate) <= columns) {
      line = candidate;
      continue;
    }
    if (line.trim() !== '') {
      lines.push(line);
      line = hangingIndent;
    }
    line += word;
    while (widthOf(line) > columns && !unbroken?.test(line.trim())) {
      const at = breakAt(line, columns);
      lines.push(line.slice(0, at));
      line = hangingIndent + line.slice(at);
    }
  }
  return [...lines, line];
}

/** The index (in UTF-16 units) after the last hyphen that fits, or of the last character that does. */
function breakAt(line: string, columns: number): number {
  let end = 0;
  let used = 0;
  for (const character of line) {
    used += widthOf(character);
    if (used > columns) break;
    end += character.length;
  }
  const hyphen = line.lastIndexOf('-', end - 1) + 1;
  return hyphen > columns / 3 ? hyphen : Math.max(1, end);
}
