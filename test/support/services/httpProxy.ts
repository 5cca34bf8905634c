/** An HTTP proxy as networks have it: plain requests and `CONNECT`, for hosts that only it knows. */
import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export interface HttpProxy {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What it was asked for, `CONNECT host:port` or `GET http://host/path`. */
  readonly asked: string[];
  close(): Promise<void>;
}

/**
 * @param hosts where `host:port` really is
 * @param password `NAME:PASSWORD` that it wants, if any
 */
export async function startHttpProxy(
  hosts: Readonly<Record<string, string>>,
  password?: string,
): Promise<HttpProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const wanted = password && `Basic ${Buffer.from(password).toString("base64")}`;
  const isKnown = (headers: Readonly<Record<string, unknown>>): boolean =>
    wanted === undefined || headers["proxy-authorization"] === wanted;
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? "");
    asked.push(`${incoming.method} ${url.href}`);
    const [hostname, port] = (hosts[`${url.hostname}:${url.port || 80}`] ?? "").split(":");
    if (!isKnown(incoming.headers) || !port) return void outgoing.writeHead(port ? 407 : 502).end();
    const onward = request(
      { hostname, port, method: incoming.method, path: url.pathname + url.search, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  });
  server.on("connect", ({ url = "", headers }, client: Socket) => {
    asked.push(`CONNECT ${url}`);
    const [hostname = "", port] = (hosts[url] ?? "").split(":");
    if (!isKnown(headers) || !port) {
      client.end(`HTTP/1.1 ${port ? 407 : 403} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const there = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      there.pipe(client).pipe(there);
    });
    sockets.add(there);
    there.on("error", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
