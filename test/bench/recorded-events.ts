import { isRunEvent, type RunEvent, readNdjson } from '../../src/record/index.ts';

/** The events of a run that have one of these types, in the order of the file. */
export async function eventsOf<Type extends RunEvent['type']>(
  path: string,
  types: readonly Type[],
): Promise<Extract<RunEvent, { type: Type }>[]> {
  const wanted = new Set<RunEvent['type']>(types);
  const found: Extract<RunEvent, { type: Type }>[] = [];
  for await (const batch of readNdjson<RunEvent>(path, undefined, isRunEvent)) {
    for (const event of batch) {
      if (wanted.has(event.type)) found.push(event as Extract<RunEvent, { type: Type }>);
    }
  }
  return found;
}
