/** Gives a running run a command, and waits until it has taken effect. */
import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from "@temporalio/client";
import { ApplicationFailure, WorkflowNotFoundError } from "@temporalio/common";
import { ThawError } from "../../spec/errors.js";
import { steerRecordSchema } from "../../spec/steering/schema.js";
import {
  STEER_UPDATE,
  type SteerCommand,
  type SteerRecord,
  type SteerRequest,
} from "../../spec/steering/steering.js";
import type { Session } from "../session.js";
import { temporalCall } from "../temporal/call.js";
import { describeRun, statusOf } from "../temporal/executions.js";
import { whoAmI } from "../whoAmI.js";
import { failureOf } from "./outcome.js";
import { resolveRunId } from "./resolve.js";
import { type RunView, watchRun } from "./watch.js";

export interface Steered {
  readonly runId: string;
  readonly record: SteerRecord;
}

/**
 * @param ref a run id, a unique beginning of one, or `latest`
 * @returns once the run has accepted the command
 * @throws ThawError NOT_FOUND, STEERING_REFUSED when it makes no sense now, TEMPORAL_UNREACHABLE
 */
export async function steerRun(session: Session, ref: string, command: SteerCommand): Promise<Steered> {
  const runId = await resolveRunId(session, ref);
  const run = await describeRun(session, runId);
  if (run === undefined || statusOf(run) !== "running") throw hasEnded(runId);
  const request: SteerRequest = { command, by: whoAmI() };
  return temporalCall(session, "steering the run", async () => {
    try {
      const handle = session.temporal.workflow.getHandle(runId);
      const answer = await handle.executeUpdate<SteerRecord, [SteerRequest]>(STEER_UPDATE, {
        args: [request],
      });
      return { runId, record: steerRecordSchema.parse(answer) };
    } catch (error) {
      throw refusalOf(error, runId);
    }
  });
}

/**
 * Watches the run until the command has taken effect, was missed, or cannot take effect before somebody unpauses.
 * @returns the command as it is then; as it was given when `signal` ended the watching
 */
export async function untilSettled(
  session: Session,
  { runId, record }: Steered,
  signal: AbortSignal,
): Promise<SteerRecord> {
  let last = record;
  for await (const view of watchRun(session, runId, { signal })) {
    last = view.control?.commands.find(({ seq }) => seq === record.seq) ?? last;
    if (last.state !== "accepted" || waitsForUnpause(view, last)) return last;
  }
  return last;
}

function waitsForUnpause({ stages, control }: RunView, { command, stage }: SteerRecord): boolean {
  if (control?.paused === undefined || command.kind === "pause") return false;
  return stages.some(({ name, state }) => name === stage && state === "paused");
}

function hasEnded(runId: string): ThawError {
  return new ThawError("STEERING_REFUSED", `${runId} has ended`, {
    hint: `\`thaw resume ${runId}\` starts a run that goes on from it`,
  });
}

function refusalOf(error: unknown, runId: string): unknown {
  if (error instanceof WorkflowNotFoundError) return hasEnded(runId);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new ThawError("TEMPORAL_UNREACHABLE", "the run's control worker does not answer", {
      hint: "`thaw status` tells whether it runs; the command may be accepted yet: `thaw watch` shows it",
      cause: error,
    });
  }
  if (!(error instanceof WorkflowUpdateFailedError)) return error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure && cause.type !== "STEERING_REFUSED" && cause.type !== undefined) {
    const hint =
      "the run's worker may be of another version of thaw: `thaw down` and `thaw up` start this one";
    return new ThawError("STEERING_REFUSED", cause.message, { hint, cause: error });
  }
  const { code, message, hint } = failureOf(cause);
  return new ThawError(code, message, { ...(hint === undefined ? {} : { hint }), cause: error });
}
