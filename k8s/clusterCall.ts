/** Turns the API server's errors into ours. */
import { ApiException } from "@kubernetes/client-node";
import { ThawError, toThawError } from "../spec/errors.js";
import { clause } from "./state/words.js";

const NOT_FOUND = 404;
const CONFLICT = 409;
const INVALID = [400, 422];
const DENIED = [401, 403];

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
  if (code === undefined) {
    if (error instanceof ThawError) return error;
    const { message } = toThawError(error, "KUBERNETES_UNREACHABLE");
    return new ThawError("KUBERNETES_UNREACHABLE", `${what}: the API server does not answer: ${message}`, {
      hint: "the run goes on when it answers again",
      cause: error,
    });
  }
  const message = clause(messageOf(error as ApiException<unknown>));
  // Admission answers 403, too, and says so.
  if (INVALID.includes(code) || (DENIED.includes(code) && isAdmission(message))) {
    return new ThawError("POD_REJECTED", `${what}: ${message}`, {
      hint: "correct the section kubernetes of the run file, or the policy",
      cause: error,
    });
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

function isAdmission(message: string): boolean {
  return /admission webhook|ValidatingAdmissionPolicy|violates PodSecurity|exceeded quota/.test(message);
}

/** A `Status` object's message, when it is one. */
function messageOf({ body, message }: ApiException<unknown>): string {
  const status = typeof body === "string" ? parsed(body) : body;
  return (status as { message?: string } | undefined)?.message ?? message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
