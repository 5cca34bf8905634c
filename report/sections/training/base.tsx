/** Where the pretrained base comes from and under which licence. */
import type { VNode } from "preact";
import type { SectionProps } from "../section.js";
import { Bases } from "./bases.js";

export function Base({ data: { base, bases } }: SectionProps): VNode {
  return (
    <>
      <dl class="facts">
        <dt>Network</dt>
        <dd>{base.name}</dd>
        <dt>Pretrained on</dt>
        <dd>{base.pretrainedOn}</dd>
        <dt>Weights from</dt>
        <dd>{base.source}</dd>
        <dt>Licence</dt>
        <dd>{base.licence}</dd>
        <dt>Input</dt>
        <dd>
          {base.inputSize} × {base.inputSize} pixels
        </dd>
        <dt>Layer groups</dt>
        <dd>
          <code>{base.layerGroups.join(" → ")}</code>
        </dd>
      </dl>
      {bases !== undefined && <Bases comparison={bases} />}
    </>
  );
}
