/** Trainees of all kinds that learn in milliseconds: a head, the upper layer groups, and a network from random weights. */
import type { TestContext } from "node:test";
import { type Architecture, unitsOf } from "../../../learn/bases/architecture.js";
import { efficientNetLite } from "../../../learn/bases/families/efficientnetLite.js";
import { boundaryShape } from "../../../learn/network/boundaries.js";
import { sizeOf } from "../../../learn/network/parameters.js";
import { fullNetworkTrainee, randomParameters } from "../../../learn/training/step/fullNetwork.js";
import type { MixSpec } from "../../../learn/training/step/mixing.js";
import { type SuffixTrainee, suffixTrainee } from "../../../learn/training/step/suffix.js";
import { randomStream } from "../../../rng/stream.js";
import { base, samplesOf } from "../../unit/learn/support.js";

const architecture = efficientNetLite(0.25, 0.3);
const TOP = architecture.groups.length;
/** Stem and two blocks, of all kinds of units: TensorFlow takes most of the time to prepare a step from the pixels. */
const SHALLOW = shallow(architecture, 3);
const IMAGES = 28;
const CLASSES = 3;
const SIDE = 32;

export type Kind = "head" | "tune" | "scratch";

/** The network up to that group. */
function shallow({ groups, ...rest }: Architecture, count: number): Architecture {
  const below = groups.slice(0, count);
  const top = below.flatMap(unitsOf).at(-1);
  if (top === undefined || !("outChannels" in top)) throw new Error("a group ends with a convolution");
  return { ...rest, groups: below, features: top.outChannels };
}

/** Random activations of made-up images: neither learning well nor badly matters here. */
export async function newTrainee(context: TestContext, kind: Kind, mixing?: MixSpec): Promise<SuffixTrainee> {
  const from = { head: TOP, tune: TOP - 2, scratch: 0 }[kind];
  const shape =
    kind === "head"
      ? [architecture.features]
      : kind === "tune"
        ? boundaryShape(architecture, SIDE, from)
        : [SIDE, SIDE, 3];
  const stream = randomStream(7, "test-activations");
  const values = Float32Array.from({ length: IMAGES * sizeOf(shape) }, (_, i) => stream.uniform(i) - 0.3);
  const images = Array.from({ length: IMAGES }, (_, i) => i);
  const data = {
    samples: await samplesOf(context, shape, values),
    rows: { rows: IMAGES, views: 1, firstRow: images },
    train: images.slice(0, 20),
    // Seen in training, so that the loss falls and the best epoch is not the first.
    validation: images.slice(0, 8),
    labels: images.map((i) => i % CLASSES),
    classes: CLASSES,
  };
  const common = {
    architecture,
    parameters: randomParameters(architecture, CLASSES, 1),
    labelSmoothing: 0.05,
    seed: 1,
    stage: 1,
    pixelScale: base.input.pixelScale,
  };
  const trainee =
    kind === "scratch"
      ? fullNetworkTrainee(
          {
            ...common,
            architecture: SHALLOW,
            parameters: randomParameters(SHALLOW, CLASSES, 1),
            learningRate: 0.01,
            weightDecay: 0.01,
          },
          data,
        )
      : suffixTrainee(
          {
            ...common,
            from,
            mixing,
            dropout: 0.3,
            rateOf: () => ({ learningRate: 0.01, weightDecay: 0.01 }),
          },
          data,
        );
  context.after(() => trainee.dispose());
  return trainee;
}
