/**
 * Ids of operations are `<client>.<index>`, such as `c12.3`. What clients write contains them, so that of any value
 * that comes back one can tell whose it is.
 */
const namedInText = /(?<![A-Za-z0-9])(c\d+)\.\d+(?!\d)/g;

/** The operations that a text names, each with the client whose it is. */
export function operationsNamedIn(text: string): { opId: string; client: string }[] {
  return [...text.matchAll(namedInText)].map(([opId, client = '']) => ({ opId, client }));
}
