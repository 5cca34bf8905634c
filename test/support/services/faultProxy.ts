/** A proxy before a real S3 server that spoils chosen requests, as networks and gateways do. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Fault =
  /** The server is not asked. */
  | { readonly kind: "status"; readonly status: number }
  /** The connection breaks after so many bytes of the answer's body. */
  | { readonly kind: "cut-answer"; readonly bytes: number }
  /** The answer's body ends early, and its length says so: nothing in HTTP tells. */
  | { readonly kind: "short-answer"; readonly bytes: number }
  /** One bit of the answer's body is another. */
  | { readonly kind: "flipped-bit" }
  /** The connection breaks after so many bytes of the request's body. */
  | { readonly kind: "cut-request"; readonly bytes: number }
  /** The server has done it, and nobody hears. */
  | { readonly kind: "lost-answer" }
  | { readonly kind: "late"; readonly milliseconds: number }
  /** Nothing is refused, as far as the client hears. */
  | { readonly kind: "always-200" };

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
}

/** Hears of every request, and may hold it up. */
export interface ProxyListener {
  before?(request: ProxiedRequest): Promise<void> | void;
  /** The server has answered, and the client does not know yet. */
  after?(request: ProxiedRequest): Promise<void> | void;
}

export interface FaultProxy {
  readonly endpoint: string;
  /** Spoils each request to which it gives a fault; until it is set again. */
  spoil(choose: (request: ProxiedRequest) => Fault | undefined): void;
  /** Instead of the listener before. */
  listen(listener: ProxyListener): void;
  /** Breaks all connections with clients, whatever is on them. */
  cut(): void;
  /** How many requests have been spoilt since `spoil`. */
  spoilt(): number;
  close(): Promise<void>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let choose: Parameters<FaultProxy["spoil"]>[0] = () => undefined;
  let listener: ProxyListener = {};
  let count = 0;
  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "" } = incoming;
    const asked = { method, path: url };
    const fault = choose(asked);
    if (fault !== undefined) count += 1;
    const failed = (): void => void outgoing.destroy();
    Promise.resolve(listener.before?.(asked))
      .then(() => forward(target, incoming, outgoing, fault, async () => listener.after?.(asked)))
      .catch(failed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spoil: (next) => {
      choose = next;
      count = 0;
    },
    listen: (next) => {
      listener = next;
    },
    cut: () => server.closeAllConnections(),
    spoilt: () => count,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
  onAnswered: () => Promise<void>,
): Promise<void> {
  const { method, url, headers } = incoming;
  if (fault?.kind === "status") {
    await read(incoming);
    outgoing.writeHead(fault.status).end();
    return;
  }
  const { hostname, port } = new URL(target);
  // The host stays the one that the client has signed.
  const asked = request({ hostname, port, method, path: url, headers, agent: false });
  // Waited for below; a server that hangs up on a cut request must not end this process.
  const answered = once(asked, "response") as Promise<[IncomingMessage]>;
  answered.catch(() => undefined);
  asked.on("error", () => undefined);
  const sent = await read(incoming).catch((error: Error) => {
    asked.destroy();
    throw error;
  });
  if (fault?.kind === "cut-request") {
    asked.write(sent.subarray(0, fault.bytes), () => asked.destroy());
    incoming.socket.destroy();
    return;
  }
  asked.end(sent);
  const [answer] = await answered;
  const body = await read(answer);
  await onAnswered();
  if (fault?.kind === "lost-answer") {
    incoming.socket.destroy();
    return;
  }
  if (fault?.kind === "late") await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
  const status = answer.statusCode ?? 0;
  const { "transfer-encoding": _chunked, ...plain } = answer.headers;
  const length = (bytes: number) => (method === "HEAD" ? plain : { ...plain, "content-length": bytes });
  switch (fault?.kind) {
    case "cut-answer":
      outgoing.writeHead(status, length(body.length));
      outgoing.write(body.subarray(0, fault.bytes), () => outgoing.destroy());
      return;
    case "short-answer":
      outgoing.writeHead(status, length(fault.bytes)).end(body.subarray(0, fault.bytes));
      return;
    case "always-200":
      outgoing.writeHead(200, { etag: '"0"' }).end();
      return;
    case "flipped-bit":
      body.writeUInt8(body.readUInt8(0) ^ 1, 0);
  }
  outgoing.writeHead(status, length(body.length)).end(body);
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
