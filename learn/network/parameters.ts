/** The parameters of a network: named arrays on the host, from which tensors are made when needed. */

export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parameters by name, e.g. `blocks.6.0.expand.kernel`. */
export type Parameters = ReadonlyMap<string, Parameter>;

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The parameter of that name. @throws Error when it is missing: a programming error, not a user's. */
export function parameter(parameters: Parameters, name: string): Parameter {
  const found = parameters.get(name);
  if (found === undefined) throw new Error(`parameter ${name} is missing`);
  return found;
}

/** `over` laid over `base`: its parameters win. Neither is changed. */
export function overlay(base: Parameters, over: Parameters): Parameters {
  return new Map([...base, ...over]);
}
