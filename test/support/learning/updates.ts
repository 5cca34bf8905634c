/** The update of a step as a program of its own, for gradients that are given. */
import { scoped, tf } from "../../../learn/engine.js";
import { compileEntries } from "../../../learn/graph/program.js";
import {
  anchorName,
  type Segment,
  type UpdateSettings,
  updateScalars,
} from "../../../learn/training/optimizer/adamw.js";
import { AVERAGE_SHARE } from "../../../learn/training/optimizer/weightAverage.js";
import { keptParameters, keptVectors, transfers, updateKept } from "../../../learn/training/step/kept.js";
import { startMoments, type TrainableVector, vectorOf } from "../../../learn/training/step/trainable.js";

export interface Updates extends TrainableVector {
  /** @param gradients one array per parameter @param share of the average that the weights replace @returns the norm before clipping */
  step(gradients: readonly ArrayLike<number>[], update: UpdateSettings, share?: number): number;
  dispose(): void;
}

/** @param start weights and average of each parameter; moments are nothing */
export function updatesOf(
  rates: readonly Pick<Segment, "learningRate" | "weightDecay" | "anchor">[],
  start: readonly (readonly number[])[],
): Updates {
  let offset = 0;
  const layout = rates.map((own, i) => {
    const length = start[i]?.length ?? 0;
    offset += length;
    return { ...own, name: `w${i}`, shape: [length], offset: offset - length, length };
  });
  const gradientName = (name: string): string => `${name}/gradient`;
  const program = compileEntries((graph) => {
    const kept = keptParameters(graph, layout);
    const gradients = layout.map(({ name }) => graph.input(gradientName(name)));
    const { updated, averaged } = updateKept(graph, kept, gradients);
    return { updated: [updated], averaged: [averaged], ...transfers(graph, kept) };
  });
  const vector = vectorOf(keptVectors(program), layout);
  for (const which of ["weights", "average"] as const) vector.write(which, Float32Array.from(start.flat()));
  startMoments(vector);
  return {
    ...vector,
    step: (gradients, update, share) =>
      scoped(() => {
        const scalars = updateScalars(layout, update);
        if (share !== undefined) scalars.set(AVERAGE_SHARE, share);
        const vectors = new Map(
          layout.flatMap(({ name, anchor }, i): [string, ArrayLike<number>][] => [
            [gradientName(name), gradients[i] ?? []],
            [anchorName(name), anchor ?? []],
          ]),
        );
        const [norm] = program.run(share === undefined ? "updated" : "averaged", (input) => {
          const scalar = scalars.get(input);
          return scalar === undefined
            ? tf.tensor1d(Float32Array.from(vectors.get(input) ?? []))
            : tf.scalar(scalar);
        });
        return norm?.dataSync()[0] ?? Number.NaN;
      }),
    dispose: () => program.dispose(),
  };
}
