/** The parameters of a unit: what they are called, how large they are, whether they learn, how they begin. */
import { type ConvUnit, isNormed, kernelShape, kernelSize, type WeightedUnit } from "./architecture.js";

export interface UnitParameter {
  /** Full name, `UNIT.kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** The statistics of batch norms do not learn. */
  readonly isLearnt: boolean;
  /** Every value at the beginning of a training from nothing, or the variance of normal ones around 0. */
  readonly start: number | { readonly variance: number };
}

/** `layer_scale_init_value` of ConvNeXt (Liu et al., CVPR 2022, appendix A). */
const SCALE_START = 1e-6;

/**
 * In the order in which they are kept. Kernels begin with He's variance (He et al., ICCV 2015, fan-out as in torchvision),
 * `2 / (rows · columns · out)`, norms as the identity.
 */
export function unitParameters(unit: WeightedUnit): readonly UnitParameter[] {
  const learnt = (part: string, shape: readonly number[], start: UnitParameter["start"]): UnitParameter => ({
    name: `${unit.name}.${part}`,
    shape,
    isLearnt: true,
    start,
  });
  const affine = (channels: number) => [learnt("gamma", [channels], 1), learnt("beta", [channels], 0)];
  const batchNorm = (channels: number) => [
    ...affine(channels),
    { ...learnt("mean", [channels], 0), isLearnt: false },
    { ...learnt("variance", [channels], 1), isLearnt: false },
  ];
  switch (unit.kind) {
    case "full":
    case "depthwise":
    case "grouped": {
      const [rows, columns] = kernelSize(unit);
      const variance = 2 / (rows * columns * outputsPerInput(unit));
      const kernel = learnt("kernel", kernelShape(unit), { variance });
      if (isNormed(unit)) return [kernel, ...batchNorm(unit.outChannels)];
      return unit.offset === "bias" ? [kernel, learnt("bias", [unit.outChannels], 0)] : [kernel];
    }
    case "norm":
      return batchNorm(unit.channels);
    case "layer-norm":
    case "group-norm":
      return affine(unit.channels);
    case "response-norm":
      // The identity, too: Woo et al. begin with noughts.
      return [learnt("gamma", [unit.channels], 0), learnt("beta", [unit.channels], 0)];
    case "squeeze": {
      const { channels, hidden } = unit;
      return [
        learnt("reduce.kernel", [channels, hidden], { variance: 2 / hidden }),
        learnt("reduce.bias", [hidden], 0),
        learnt("expand.kernel", [hidden, channels], { variance: 2 / channels }),
        learnt("expand.bias", [channels], 0),
      ];
    }
    case "channel-conv":
      return [learnt("kernel", [unit.kernel], { variance: 2 / unit.kernel })];
    case "scale":
      return [learnt("gamma", [unit.channels], SCALE_START)];
  }
}

/** Output channels that one input channel takes part in. */
function outputsPerInput(unit: ConvUnit): number {
  switch (unit.kind) {
    case "full":
      return unit.outChannels;
    case "depthwise":
      return 1;
    case "grouped":
      return unit.outChannels / unit.groups;
  }
}
