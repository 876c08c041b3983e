/** What a server or a user has written, as text within a YAML file: it can neither end a comment nor leave a string. */

/** Control characters, line breaks of any kind, what changes the direction of text, and what is no character. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** For a comment: on one line, without what cannot be seen, at most `maxChars`. */
export function commentText(text: string, maxChars: number): string {
  // What is not looked at costs nothing, however long it is.
  const line = text
    .slice(0, maxChars * 4)
    .replace(unprintable, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= maxChars && text.length <= maxChars * 4
    ? line
    : `${characters.slice(0, maxChars - 1).join('')}…`;
}

/** A value in double quotes, brackets and braces, on one line: JSON, of which YAML takes every bit. */
export function quoted(value: unknown): string {
  return JSON.stringify(value).replace(unprintable, (character) =>
    [...character.split('')].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** Lines of a comment. */
export function comment(lines: readonly string[], indent: string): string[] {
  return lines.map((line) => `${indent}# ${line}`);
}
