/** Ties schemas to types that stay interfaces with docs, and gives types to shapes that are schemas alone. */
import type { z } from "zod";

/** Without what says nothing about the values: `readonly`, and how the type is put together. */
type Plain<T> = unknown extends T ? unknown : { readonly [Key in keyof T]: Plain<T[Key]> };

/** Also of keys that may be absent: a type without one is assignable to a type with it, so assignability is not enough. */
type Same<A, B> =
  (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;

/**
 * `schemaOf<Type>()(schema)` is the schema, and compiles only if it has exactly the type's keys and values.
 * Twice a call, because TypeScript infers all type parameters of a function or none.
 */
export function schemaOf<Type>() {
  return <Schema extends z.ZodType<Type>>(
    schema: Schema & (Same<z.output<Schema>, Type> extends true ? unknown : "differs from the type"),
  ): Schema => schema;
}

/** What a schema describes, as it is handed about. */
export type Shape<Schema extends z.ZodType> = Plain<z.output<Schema>>;
