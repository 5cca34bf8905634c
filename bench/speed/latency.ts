/** A server that is further away: passes bytes on after a while, in both directions. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface FarServer {
  readonly endpoint: string;
  close(): void;
}

/** @param oneWayMs half of the time between a request and its answer, on top of what the server takes */
export async function furtherAway(target: string, oneWayMs: number): Promise<FarServer> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const passOn = (from: Socket, to: Socket): void => {
    from.on("data", (bytes) => setTimeout(() => to.writable && to.write(bytes), oneWayMs));
    from.on("close", () => setTimeout(() => to.destroy(), oneWayMs));
    from.on("error", () => undefined);
  };
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    for (const socket of [near, far]) sockets.add(socket);
    passOn(near, far);
    passOn(far, near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
