/** ONNX files whose weights lie in other files: the same tree of fields, without their numbers. */
import { type Field, field } from "./onnxFields.js";

export interface Parted {
  readonly model: readonly Field[];
  /** By name, beside the model. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Numbers of the field of a model, of a graph and of a tensor. */
const [GRAPH, WEIGHT, NAME, RAW, DATA, LOCATION] = [7, 5, 8, 9, 13, 14];

/** @param fileOf the name of the file of a weight's numbers; undefined where they stay. Files are filled one weight after another */
export function withData(model: readonly Field[], fileOf: (weight: string) => string | undefined): Parted {
  const files = new Map<string, Buffer>();
  const entry = (key: string, value: string): Field => field(DATA, [field(1, key), field(2, value)]);
  const parted = (one: Field): Field => {
    const inside = one.value;
    if (one.number !== WEIGHT || !Array.isArray(inside)) return one;
    const fields = inside as readonly Field[];
    const [name, raw] = [NAME, RAW].map((number) => fields.find((part) => part.number === number)?.value);
    const file = Buffer.isBuffer(name) && Buffer.isBuffer(raw) ? fileOf(name.toString()) : undefined;
    if (file === undefined || !Buffer.isBuffer(raw)) return one;
    const before = files.get(file) ?? Buffer.alloc(0);
    files.set(file, Buffer.concat([before, raw]));
    return field(WEIGHT, [
      ...fields.filter(({ number }) => number !== RAW),
      ...[entry("location", file), entry("offset", `${before.length}`), entry("length", `${raw.length}`)],
      field(LOCATION, 1),
    ]);
  };
  const whole = model.map((one) =>
    one.number === GRAPH && Array.isArray(one.value)
      ? field(GRAPH, (one.value as readonly Field[]).map(parted))
      : one,
  );
  return { model: whole, files };
}
