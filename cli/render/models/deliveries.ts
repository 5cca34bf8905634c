/** What came of telling endpoints, as a table. */
import type { Delivery } from "../../../spec/notifications/event.js";
import type { Screen } from "../../output.js";
import { proseTable } from "../table.js";

export function deliveriesTable(deliveries: readonly Delivery[], screen: Screen): string {
  if (deliveries.length === 0) return "";
  const rows = deliveries.map(({ endpoint, delivered, sentence }) => [
    endpoint,
    delivered ? "yes" : "no",
    sentence,
  ]);
  return proseTable(["ENDPOINT", "TOLD", ""], rows, screen);
}
