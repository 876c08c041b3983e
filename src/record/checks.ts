/** Checks of values that were read, of which nothing is known. */

export type Check = (value: unknown) => boolean;
export type Shape<T> = { [Field in keyof T as Field extends 'type' ? never : Field]-?: Check };

/** As far as a double counts microseconds exactly. */
export const number: Check = (value) =>
  typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
export const text: Check = (value) => typeof value === 'string';
export const flag: Check = (value) => typeof value === 'boolean';
export const texts: Check = (value) => Array.isArray(value) && value.every(text);
export const numberOrNull: Check = (value) => value === null || number(value);
export const textOrNull: Check = (value) => value === null || text(value);
export const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
export const object = <T>(shape: Shape<T>): Check => {
  const fields = Object.entries(shape) as [string, Check][];
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    for (const [field, check] of fields) {
      if (!check((value as Record<string, unknown>)[field])) return false;
    }
    return true;
  };
};
