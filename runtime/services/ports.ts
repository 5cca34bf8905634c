/** Chooses the ports of the embedded services: those asked for, else last time's, else the usual, else free ones. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { ThawError } from "../../spec/errors.js";
import { LOOPBACK, PORT_NAMES, type PortName, type Ports } from "./names.js";
import { portHolder } from "./supervision/portHolder.js";

/** The usual ports of Temporal's frontend, Temporal's UI and SeaweedFS' S3. The rest have none. */
const PREFERRED: Partial<Ports> = { temporal: 7233, ui: 8233, s3: 8333 };
/**
 * Where any free port is looked for: below the ports that systems give to outgoing connections (Linux from
 * 32768, macOS from 49152) and below Kubernetes' node ports (from 30000). A client that keeps calling a
 * dead server on an outgoing port may be given that very port, and then holds it.
 */
const RANGE = { from: 20_000, to: 30_000 } as const;

type Known = Readonly<{ [name in PortName]?: number | undefined }>;

/**
 * @param asked ports that must be used; @param last ports of the time before
 * @throws ThawError PORT_BUSY for a port that was asked for and is taken; USAGE when one is asked for twice
 */
export async function choosePorts(
  asked: Known,
  last: Known,
  isFree: (port: number) => Promise<boolean> = canListen,
): Promise<Ports> {
  const taken = new Set<number>();
  const chosen: Partial<Record<PortName, number>> = {};
  for (const name of PORT_NAMES) {
    const port = asked[name];
    if (port === undefined) continue;
    if (taken.has(port)) throw new ThawError("USAGE", `port ${port} is asked for twice`);
    if (!(await isFree(port))) throw await busy(name, port);
    taken.add(port);
    chosen[name] = port;
  }
  for (const name of PORT_NAMES) {
    chosen[name] ??= await firstFree([last[name], PREFERRED[name]], taken, isFree);
  }
  return chosen as Ports;
}

/** Of programs that take ports at the same time, one after the other gets its own. */
const TRIES = 3;

/**
 * Chooses ports and starts on them; where another program has taken one before a service listened on it, once more on others.
 * @param start leaves nothing running when it throws
 * @param onTaken is told which ports were lost
 * @throws ThawError as {@link choosePorts}, and what `start` throws
 */
export async function onFreePorts(
  asked: Known,
  last: Known,
  start: (ports: Ports) => Promise<void>,
  onTaken: (ports: readonly number[]) => void,
  isFree: (port: number) => Promise<boolean> = canListen,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const ports = await choosePorts(asked, last, isFree);
    try {
      await start(ports);
      return;
    } catch (error) {
      const taken: number[] = [];
      for (const name of PORT_NAMES) if (!(await isFree(ports[name]))) taken.push(ports[name]);
      // One that was asked for is refused by its name when it is chosen again.
      if (taken.length === 0 || tries === TRIES) throw error;
      onTaken(taken);
    }
  }
}

async function firstFree(
  candidates: readonly (number | undefined)[],
  taken: Set<number>,
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  const size = RANGE.to - RANGE.from;
  const first = randomInt(size);
  for (let i = 0; i < candidates.length + size; i++) {
    const port =
      i < candidates.length ? candidates[i] : RANGE.from + ((first + i - candidates.length) % size);
    if (port === undefined || taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new ThawError("PORT_BUSY", `no port from ${RANGE.from} to ${RANGE.to - 1} is free`);
}

async function busy(name: PortName, port: number): Promise<ThawError> {
  const holder = await portHolder(port);
  return new ThawError(
    "PORT_BUSY",
    `port ${port}, asked for ${PORT_TITLES[name] ?? name}, is in use${holder === undefined ? "" : ` by ${holder}`}`,
    { hint: "ask for another port, or for none: then a free one is taken" },
  );
}

const PORT_TITLES: { readonly [name in PortName]?: string } = {
  temporal: "the Temporal server",
  ui: "the Temporal UI",
  s3: "the S3 server",
};

/** Whether nobody listens on this port of the loopback address. */
export function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
