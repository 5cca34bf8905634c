/** A sentence of plain text whose words between backticks are code. */
import type { VNode } from "preact";

/** @param text as the terminal shows it, too; a backtick without a second one stays what it is */
export function Marked({ text }: { readonly text: string }): VNode {
  // Every second part was captured between two backticks.
  const parts = text.split(/`([^`]+)`/);
  return <>{parts.map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</>;
}
