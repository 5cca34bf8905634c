/** A small HTTP server on this machine, for pages under test. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Content {
  readonly type: string;
  readonly data: Uint8Array | string;
}

export interface StaticServer {
  /** Without a slash at the end. */
  readonly origin: string;
  /** Paths that were asked for and are not there. */
  readonly missing: readonly string[];
  close(): Promise<void>;
}

/** @param content by path, `/page.html` */
export async function serve(content: ReadonlyMap<string, Content>): Promise<StaticServer> {
  const missing: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    const found = content.get(url);
    if (found === undefined) {
      missing.push(url);
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": found.type }).end(found.data);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    missing,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
