/**
 * Takes one of each kind in turn until there are `max`, so that every kind is represented before one is twice.
 * Within a kind, and among kinds, earlier ones come first; the result is in the order of the list.
 */
export function spreadOver<T>(list: readonly T[], kindOf: (item: T) => string, max: number): T[] {
  const kinds = new Map<string, number[]>();
  for (const [i, item] of list.entries()) {
    const kind = kindOf(item);
    const places = kinds.get(kind);
    if (places) places.push(i);
    else kinds.set(kind, [i]);
  }
  const taken: number[] = [];
  for (let round = 0; taken.length < Math.min(max, list.length); round++) {
    for (const places of kinds.values()) {
      const place = places[round];
      if (place !== undefined && taken.length < max) taken.push(place);
    }
  }
  return taken.sort((a, b) => a - b).flatMap((i) => list.slice(i, i + 1));
}
