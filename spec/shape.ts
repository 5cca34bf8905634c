/**
 * Checks the shape of small files that are our own. Not by zod, which takes longer to load than the supervisor, and what
 * starts it, need for everything else.
 */

/** Whether a value has a shape. */
export type Shape<T> = (value: unknown) => value is T;

/** The type of what has a shape. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = (value): value is string => typeof value === "string";

export const flag: Shape<boolean> = (value): value is boolean => typeof value === "boolean";

export const finite: Shape<number> = (value): value is number => Number.isFinite(value);

export const filledText: Shape<string> = (value): value is string => text(value) && value !== "";

/** @param least and most are allowed */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value): value is number =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

export function oneOf<const T extends string | number>(...values: readonly T[]): Shape<T> {
  return (value): value is T => values.some((one) => one === value);
}

export function listOf<T>(each: Shape<T>): Shape<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(each);
}

/** Values by name. @param names those that may be there; any where left out */
export function mapOf<Name extends string, T>(
  each: Shape<T>,
  names?: readonly Name[],
): Shape<Partial<Record<Name, T>>> {
  return (value): value is Partial<Record<Name, T>> =>
    isObject(value) &&
    Object.entries(value).every(
      ([name, one]) => (names?.some((known) => known === name) ?? true) && each(one),
    );
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Known<F extends Fields> = { [Name in keyof F]: Shaped<F[Name]> };

/** What has more fields has the shape, too. @param optional fields that may be missing */
export function object<F extends Fields, O extends Fields = Record<never, never>>(
  fields: F,
  optional?: O,
): Shape<Known<F> & Partial<Known<O>>> {
  return (value): value is Known<F> & Partial<Known<O>> =>
    isObject(value) &&
    Object.entries(fields).every(([name, has]) => has(value[name])) &&
    Object.entries(optional ?? {}).every(([name, has]) => value[name] === undefined || has(value[name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
