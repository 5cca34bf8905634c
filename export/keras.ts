/** Layers of Keras' functional models, as TensorFlow.js' LayersModel reads them. */

export interface KerasLayer {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly (readonly (readonly [string, 0, 0, Record<string, never>])[])[];
}

/** The weights are loaded over it; the default draws millions of random numbers first. */
export const INITIALIZER = { class_name: "Zeros", config: {} };

export const CHANNELS_LAST = { data_format: "channels_last" };

export function kerasLayer(
  class_name: string,
  name: string,
  inputs: readonly string[],
  config: Readonly<Record<string, unknown>> = {},
): KerasLayer {
  return {
    class_name,
    name,
    config: { name, trainable: false, ...config },
    inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}] as const)],
  };
}
