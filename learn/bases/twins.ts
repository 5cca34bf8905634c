/**
 * Networks whose checkpoints have the same names and shapes and that compute other things: TensorFlow's padding and batch
 * norms or PyTorch's, blurred strides or plain ones. What a file is called may say which one it holds; what is in it does not.
 */
import { ThawError } from "../../spec/errors.js";
import type { Naming } from "../import/torchUnits.js";
import { twinsOf } from "./architectures.js";

interface Written {
  /** How timm calls it; a name goes on with a dot, a dash or a word. */
  readonly name: string;
  readonly architecture: string;
  /** Whether it is another network than that architecture, which thaw has not. */
  readonly isUnknown?: boolean;
}

/** timm's networks that have a twin. */
const WRITTEN: readonly Written[] = [
  { name: "tf_mobilenetv3_large_100", architecture: "tf-mobilenetv3-large" },
  { name: "mobilenetv3_large_100", architecture: "mobilenetv3-large" },
  { name: "tf_efficientnet_lite0", architecture: "efficientnet-lite0" },
  { name: "efficientnet_lite0", architecture: "torch-efficientnet-lite0" },
  ...[0, 1, 2, 3].flatMap((variant) => [
    { name: `tf_efficientnet_b${variant}`, architecture: `tf-efficientnet-b${variant}` },
    { name: `efficientnet_b${variant}`, architecture: `efficientnet-b${variant}` },
  ]),
  // Their strides are blurred, with no tensors of their own.
  { name: "resnetaa50", architecture: "resnet50", isUnknown: true },
  { name: "resnetblur50", architecture: "resnet50", isUnknown: true },
];

/** The network that the last part of a path or an address names, where one does. */
function writtenIn(from: string): Written | undefined {
  const parts = from.split(/[/\\]/).reverse();
  for (const part of parts) {
    const found = WRITTEN.find(
      ({ name }) => part.startsWith(name) && !/^[0-9a-z]/.test(part.slice(name.length)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * @param from path or address of the checkpoint
 * @param naming of its tensors that fitted the architecture
 * @returns a sentence where the file may hold another network than the one that was asked for
 * @throws ThawError USAGE where the file's name says that it does
 */
export function twinNotice(from: string, architecture: string, naming: Naming): string | undefined {
  const twins = twinsOf(architecture, naming);
  const written = writtenIn(from);
  const isUnknown = written?.isUnknown === true && written.architecture === architecture;
  if (written !== undefined && (isUnknown || twins.includes(written.architecture))) {
    const what = `${from} is called as timm calls its ${written.name}, whose tensors have the names and shapes of those of ${architecture}, and which computes something else`;
    const instead = isUnknown
      ? "thaw has no such network"
      : `\`--arch ${written.architecture}\` is that network`;
    throw new ThawError("USAGE", what, {
      hint: `${instead}; if the name misleads, give the file another one`,
    });
  }
  if (twins.length === 0 || written?.architecture === architecture) return undefined;
  return `The names and shapes of its tensors are those of ${twins.join(" and ")}, too, with the padding and the batch norms of another framework; nothing in the file says which one was trained, and the wrong one gives worse features`;
}
