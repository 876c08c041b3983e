import { NoSample, type Schema } from './schema.ts';

/**
 * A number that fits its bounds: 1 if that does, since it is no size that takes a server long.
 * @param nth tells numbers apart that must differ.
 */
export function sampleNumber(schema: Schema, nth: number, isInteger: boolean): number {
  const { multipleOf = 0 } = schema;
  const step = multipleOf > 0 ? multipleOf : isInteger ? 1 : 0;
  const found = candidates(schema, nth * (step || 1))
    .flatMap((number) =>
      step === 0 ? [number] : [Math.ceil(number / step) * step, Math.floor(number / step) * step],
    )
    .find((number) => isWithin(schema, number));
  if (found === undefined) throw new NoSample('no number lies within its bounds');
  return found;
}

function candidates(schema: Schema, offset: number): number[] {
  const low = schema.minimum ?? schema.exclusiveMinimum;
  const high = schema.maximum ?? schema.exclusiveMaximum;
  return [
    1 + offset,
    ...(low === undefined ? [] : [low + offset, low + 1 + offset]),
    ...(high === undefined ? [] : [high - offset, high - 1 - offset]),
    ...(low === undefined || high === undefined ? [] : [(low + high) / 2]),
  ];
}

function isWithin({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema, number: number): boolean {
  return (
    number >= (minimum ?? Number.NEGATIVE_INFINITY) &&
    number <= (maximum ?? Number.POSITIVE_INFINITY) &&
    number > (exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
    number < (exclusiveMaximum ?? Number.POSITIVE_INFINITY)
  );
}
