/** Whether the proxy on the way to Temporal lets us through: gRPC only says that there is no answer, and writes to the terminal. */
import http from "node:http";
import { type NamedProxy, proxyAuthorization, proxyName } from "../spec/network/proxy.js";
import type { NetworkFault } from "./networkFault.js";
import { hostOf } from "./temporalConnection.js";

/** The proxy has to reach the server first, also across an ocean. */
const ANSWER_MS = 4_000;
const PASSING = 500;

/** @param address `host:port` of the server @returns undefined where there is a tunnel to it */
export async function proxyFault(proxy: NamedProxy, address: string): Promise<NetworkFault | undefined> {
  const answer = await connectThrough(proxy, address);
  const name = proxyName(proxy);
  const hint = `check ${proxy.source}, or name the server's host in NO_PROXY`;
  if (answer === 200) return undefined;
  if (answer === 407) {
    return {
      problem: `${name} on the way to the Temporal server at ${address} wants to know who asks (HTTP 407)`,
      hint: `write ${proxy.source} as http://NAME:PASSWORD@HOST:PORT, or name the server's host in NO_PROXY`,
      passes: false,
    };
  }
  if (typeof answer === "number") {
    return {
      problem: `${name} does not let us through to the Temporal server at ${address} (HTTP ${answer})`,
      hint,
      passes: answer >= PASSING,
    };
  }
  return {
    problem: `${name} on the way to the Temporal server at ${address} cannot be reached (${answer})`,
    hint,
    passes: true,
  };
}

/** @returns the status of its answer, or what came instead of one */
async function connectThrough(proxy: NamedProxy, address: string): Promise<number | string> {
  const [host, port] = hostOf(proxy).split(/:(?=\d+$)/);
  const authorization = proxyAuthorization(proxy);
  return new Promise((resolve) => {
    const asked = http.request({
      method: "CONNECT",
      host: host?.replace(/^\[(.*)\]$/, "$1"),
      port,
      path: address,
      agent: false,
      timeout: ANSWER_MS,
      headers: {
        host: address,
        ...(authorization === undefined ? {} : { "proxy-authorization": authorization }),
      },
    });
    const answered = (answer: number | string): void => {
      resolve(answer);
      asked.destroy();
    };
    asked.once("connect", ({ statusCode = 0 }, socket) => {
      socket.destroy();
      answered(statusCode);
    });
    asked.once("response", ({ statusCode = 0 }) => answered(statusCode));
    asked.once("timeout", () => answered("ETIMEDOUT"));
    asked.on("error", (error: NodeJS.ErrnoException) => answered(error.code ?? error.message));
    asked.end();
  });
}
