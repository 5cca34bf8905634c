/** Turns the API server's errors into ours. */
import { ApiException } from "@kubernetes/client-node";
import { ThawError } from "../spec/errors.js";
import { clause } from "./state/words.js";

const NOT_FOUND = 404;
const CONFLICT = 409;
const INVALID = [400, 422];
const UNKNOWN_CALLER = 401;
const DENIED = [UNKNOWN_CALLER, 403];

/** @param what the server is asked for, as in `creating the Job …` */
export async function clusterCall<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw failureOf(what, error);
  }
}

export const isMissing = (error: unknown): boolean => codeOf(error) === NOT_FOUND;
export const isThere = (error: unknown): boolean => codeOf(error) === CONFLICT;

/** The HTTP status of an answer, also of one that has become a ThawError. */
function codeOf(error: unknown): number | undefined {
  const answer = error instanceof ThawError ? error.cause : error;
  return answer instanceof ApiException ? answer.code : undefined;
}

function failureOf(what: string, error: unknown): ThawError {
  const code = codeOf(error);
  if (code === undefined) return error instanceof ThawError ? error : unanswered(what, error);
  const message = clause(messageOf(error as ApiException<unknown>));
  // Admission answers 403, too, and says so.
  if (INVALID.includes(code) || (DENIED.includes(code) && isAdmission(message))) {
    return new ThawError("POD_REJECTED", `${what}: ${message}`, {
      hint: "correct the section kubernetes of the run file, or the policy",
      cause: error,
    });
  }
  if (code === UNKNOWN_CALLER) {
    return new ThawError(
      "KUBERNETES_DENIED",
      `${what}: the API server does not know who asks (401): ${message}`,
      {
        hint: "renew the credentials of the kubeconfig's user (log in again), or use another context",
        cause: error,
      },
    );
  }
  if (DENIED.includes(code)) {
    return new ThawError("KUBERNETES_DENIED", `${what}: ${message}`, {
      hint: "give the control worker's service account the Role of thaw's installation",
      cause: error,
    });
  }
  return new ThawError("KUBERNETES_UNREACHABLE", `${what}: the API server answers ${code}: ${message}`, {
    cause: error,
  });
}

/** There was no answer: the way there, TLS, or the program that is to give the credentials. */
function unanswered(what: string, error: unknown): ThawError {
  const { message, code = "", syscall = "", path = "" } = error as NodeJS.ErrnoException;
  const told = clause(`${message ?? error}`.replace(/\s+/g, " ").trim());
  // The client runs `user.exec` of the kubeconfig, and throws what that wrote, or could not read it as JSON.
  if (syscall.startsWith("spawn")) {
    return noCredentials(
      `${what}: the kubeconfig's credential plugin ${path} cannot be run (${code})`,
      error,
    );
  }
  if (/exec_auth\.js/.test(`${(error as Error).stack}`)) {
    const said = told === "" ? "it ended with an error and no words" : told;
    return noCredentials(`${what}: the kubeconfig's credential plugin failed: ${said}`, error);
  }
  if (/CERT|SIGNATURE|ISSUER|SELF_SIGNED/.test(code)) {
    return new ThawError(
      "KUBERNETES_DENIED",
      `${what}: the API server's certificate is not trusted (${code})`,
      {
        hint: "the kubeconfig's certificate-authority has to be the cluster's; NODE_EXTRA_CA_CERTS adds another one",
        cause: error,
      },
    );
  }
  return new ThawError("KUBERNETES_UNREACHABLE", `${what}: the API server does not answer: ${told || code}`, {
    hint: "a run goes on when it answers again; check the kubeconfig's server, and HTTPS_PROXY and NO_PROXY, if it never has",
    cause: error,
  });
}

function noCredentials(problem: string, cause: unknown): ThawError {
  return new ThawError("KUBERNETES_UNREACHABLE", problem, {
    hint: "run the command of the kubeconfig's user (users[].user.exec) by hand: it has to print an ExecCredential",
    cause,
  });
}

function isAdmission(message: string): boolean {
  return /admission webhook|ValidatingAdmissionPolicy|violates PodSecurity|exceeded quota/.test(message);
}

/** A `Status` object's message, when it is one. */
function messageOf({ body, message }: ApiException<unknown>): string {
  const status = typeof body === "string" ? parsed(body) : body;
  // An answer that its operation does not foresee, 401 for instance, has its words in the middle of the client's.
  const said = /^Message: (.+)$/m.exec(message)?.[1];
  return (status as { message?: string } | undefined)?.message ?? said ?? message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
