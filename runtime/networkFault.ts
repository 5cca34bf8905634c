/** Why gRPC gets no answer, looked at below gRPC, whose own errors do not tell. */
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { TemporalSettings } from "../spec/platform.js";

export interface NetworkFault {
  /** A sentence with the address. */
  readonly problem: string;
  readonly hint: string;
  /** Whether it may pass without anybody changing anything. */
  readonly passes: boolean;
}

/** Three times to the server and back, also across an ocean. */
const PROBE_MS = 1_500;
/** A server that wants a certificate says so after the handshake, as TLS 1.3 has it. */
const ALERT_MS = 300;
const START = "start the embedded one with `thaw up`, or set TEMPORAL_ADDRESS";

/** @returns undefined when there is a server that speaks TLS, or does not, as the settings have it; or says nothing */
export async function networkFault(settings: TemporalSettings): Promise<NetworkFault | undefined> {
  const { address, tls } = settings;
  const code = await connectionError(settings);
  if (code !== undefined) return closed(address, code);
  const usesTls = tls !== undefined && tls !== false;
  const failure = await handshakeError(settings);
  if (failure === "ETIMEDOUT") return undefined;
  if (!usesTls) return failure === undefined ? wantsTls(address) : undefined;
  return failure === undefined ? undefined : badTls(address, failure);
}

/** Whether nobody listens at the address; undefined errors are no answer to that. */
export async function connectionError(settings: TemporalSettings): Promise<string | undefined> {
  return settled(connect({ ...placeOf(settings), timeout: PROBE_MS }), "connect");
}

export function closed(address: string, code: string): NetworkFault {
  switch (code) {
    case "ECONNREFUSED":
      return { problem: `no Temporal server listens at ${address}`, hint: START, passes: true };
    case "ENOTFOUND":
      return {
        problem: `the host of the Temporal server at ${address} is not known`,
        hint: `correct TEMPORAL_ADDRESS; ${START}`,
        passes: true,
      };
    default:
      return {
        problem: `the Temporal server at ${address} cannot be reached (${code})`,
        hint: START,
        passes: true,
      };
  }
}

function placeOf({ address }: TemporalSettings): { host: string; port: number } {
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  return { host, port: Number(port) };
}

/** Node's code of what ended the connection before `event`. */
async function settled(socket: Socket, event: "connect" | "secureConnect"): Promise<string | undefined> {
  try {
    return await new Promise((resolve) => {
      socket.once(event, () => (event === "connect" ? resolve(undefined) : setTimeout(resolve, ALERT_MS)));
      socket.once("timeout", () => resolve("ETIMEDOUT"));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(codeOf(error)));
      socket.once("close", () => resolve("ECONNRESET"));
    });
  } finally {
    socket.destroy();
  }
}

/** A name with two addresses is tried at both; Node then reports both errors in one. */
function codeOf(error: NodeJS.ErrnoException): string {
  const [first] = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [];
  return first?.code ?? error.code ?? error.message;
}

async function handshakeError(settings: TemporalSettings): Promise<string | undefined> {
  const { tls } = settings;
  const { ca, cert, key, serverName } = typeof tls === "object" ? tls : {};
  const { host, port } = placeOf(settings);
  const socket: TLSSocket = connectTls({
    host,
    port,
    timeout: PROBE_MS,
    ALPNProtocols: ["h2"],
    // Without TLS in the settings the question is only whether there is any.
    rejectUnauthorized: tls !== undefined && tls !== false,
    // An address is no name; the certificate is compared with the host all the same.
    servername: serverName ?? (isIP(host) === 0 ? host : ""),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  });
  return settled(socket, "secureConnect");
}

function wantsTls(address: string): NetworkFault {
  return {
    problem: `the Temporal server at ${address} speaks TLS, and the settings say nothing of it`,
    hint: "set TEMPORAL_TLS=true, and TEMPORAL_TLS_… for certificates of your own",
    passes: false,
  };
}

function badTls(address: string, code: string): NetworkFault {
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA/.test(code)) {
    return {
      problem: `the Temporal server at ${address} does not accept the client's certificate (${code})`,
      hint: "set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH to a pair that it knows",
      passes: false,
    };
  }
  if (/CERT|SIGNATURE|ISSUER/.test(code)) {
    return {
      problem: `the certificate of the Temporal server at ${address} is not trusted (${code})`,
      hint: "set TEMPORAL_TLS_SERVER_CA_CERT_PATH to its authority, or TEMPORAL_TLS_SERVER_NAME to its name",
      passes: false,
    };
  }
  return {
    problem: `there is no TLS with the Temporal server at ${address} (${code})`,
    hint: "unset TEMPORAL_TLS… and TEMPORAL_API_KEY, which turns TLS on, if the server has none",
    passes: false,
  };
}
