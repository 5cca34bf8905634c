/** What is sent of an event: the JSON of Standard Webhooks, with nobody's secrets, acts or endless texts in it. */
import { masked } from "../network/masked.js";
import { shortened, visible, withTexts } from "../text/visible.js";
import type { ThawEvent } from "./event.js";

/** Characters; a message stays below the 20 kB that Standard Webhooks 1.0.0 advises. */
const MOST_OF_A_SENTENCE = 1000;
const MOST_OF_A_TEXT = 300;

/** Where the Temporal UI is. */
export interface UiPlace {
  readonly uiUrl?: string;
  readonly namespace: string;
}

/** `timestamp` is the event's time; the attempt's stands in a header. */
export interface Message {
  readonly type: ThawEvent["type"];
  readonly timestamp: string;
  readonly data: Omit<ThawEvent, "type" | "at"> & {
    readonly links?: { readonly temporal: string };
  };
}

/** The same event gives the same message at every attempt. */
export function messageOf({ type, at, ...data }: ThawEvent, place: UiPlace): Message {
  const { workflowId } = data;
  const temporal = workflowId === undefined ? undefined : pageOf(place, workflowId);
  return {
    type,
    timestamp: at,
    data: {
      ...withTexts(data, (text, key) =>
        shortened(visible(masked(text)), key === "sentence" ? MOST_OF_A_SENTENCE : MOST_OF_A_TEXT),
      ),
      ...(temporal === undefined ? {} : { links: { temporal } }),
    },
  };
}

function pageOf({ uiUrl, namespace }: UiPlace, workflowId: string): string | undefined {
  if (uiUrl === undefined) return undefined;
  const base = masked(uiUrl).replace(/\/+$/, "");
  return `${base}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
