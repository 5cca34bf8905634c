/** Networks that were trained on pixels in the order blue, green, red, as networks for pixels in the order red, green, blue. */
import type { Parameter, Parameters } from "../network/parameters.js";
import type { Architecture } from "./architecture.js";

/**
 * The same network for pixels in the other order: its first kernel takes them the other way round.
 * @throws Error where the first thing that an architecture does is no convolution of the picture
 */
export function withColoursTurned({ groups }: Architecture, parameters: Parameters): Parameters {
  const [first] = groups[0]?.blocks[0]?.units ?? [];
  if (first?.kind !== "full") throw new Error("the network does not begin with a convolution");
  const name = `${first.name}.kernel`;
  const kernel = parameters.get(name);
  if (kernel === undefined) throw new Error(`${name} is missing`);
  return new Map([...parameters, [name, withInputsReversed(kernel)]]);
}

/** @param kernel `[rows, columns, inputs, outputs]` */
function withInputsReversed({ shape, data }: Parameter): Parameter {
  const [, , inputs = 1, outputs = 1] = shape;
  const turned = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [output, input] = [i % outputs, Math.floor(i / outputs) % inputs];
    const tap = Math.floor(i / (outputs * inputs));
    turned[(tap * inputs + inputs - 1 - input) * outputs + output] = data[i] ?? Number.NaN;
  }
  return { shape, data: turned };
}
