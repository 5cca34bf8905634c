/** A box that scrolls sideways on its own, so that the page never does; reachable with the keyboard. */
import type { ComponentChildren, VNode } from "preact";

/** @param props.label what lies in the box */
export function ScrollBox({ label, children }: { label: string; children: ComponentChildren }): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it a keyboard cannot scroll the box.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms, and a section would be a landmark.
    <div class="scroll" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
