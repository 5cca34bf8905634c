/** A whole network as `torch.save(model)` pickles it: modules within modules, of classes that are not there. */
import type { CheckpointTensor } from "../../../learn/import/tensorViews.js";
import { moduleOf, type Operation, pickle, type Tensor } from "../../fuzz/checkpoints/pickles.js";
import { type Member, zipOf } from "../../fuzz/checkpoints/zips.js";

interface Module {
  readonly tensors: Tensor[];
  readonly children: Map<string, Module>;
}

const empty = (): Module => ({ tensors: [], children: new Map() });

/** @param tensors by their full names, `layer1.0.conv1.weight` */
export function pickledNetwork(tensors: readonly (readonly [string, CheckpointTensor])[]): Buffer {
  const root = empty();
  const members: Member[] = [];
  for (const [index, [name, { shape, data }]] of tensors.entries()) {
    const path = name.split(".");
    const last = path.pop() ?? name;
    let at = root;
    for (const part of path) {
      const next = at.children.get(part) ?? empty();
      at.children.set(part, next);
      at = next;
    }
    const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    const storage = String(index);
    at.tensors.push({ name: last, storage, kind: "FloatStorage", length: data.length, shape, stride });
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    members.push({ name: `archive/data/${storage}`, data: bytes });
  }
  const head = Buffer.concat(pickle(operationsOf(root)));
  const drawing = { below: () => 0, oneIn: () => false, pick: <T>([first]: readonly T[]) => first as T };
  const order = { name: "archive/byteorder", data: Buffer.from("little") };
  return zipOf([{ name: "archive/data.pkl", data: head }, order, ...members], drawing, 0);
}

function operationsOf({ tensors, children }: Module): Operation[] {
  return moduleOf(
    tensors,
    Object.fromEntries([...children].map(([name, child]) => [name, operationsOf(child)])),
  );
}
