/** Ports for a stack of a test: drawn, because stacks side by side would all want the usual ones. */
import { randomInt } from "node:crypto";
import { canListen } from "../../../runtime/services/ports.js";

/** Where `runtime/services/ports.ts` looks for free ones. */
const [FROM, TO] = [20_000, 30_000];

export async function ownPorts(): Promise<{ temporalPort: number; uiPort: number; s3Port: number }> {
  const taken = new Set<number>();
  while (taken.size < 3) {
    const port = randomInt(FROM, TO);
    if (!taken.has(port) && (await canListen(port))) taken.add(port);
  }
  const [temporalPort = 0, uiPort = 0, s3Port = 0] = taken;
  return { temporalPort, uiPort, s3Port };
}
