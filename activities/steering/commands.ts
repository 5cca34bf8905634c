/** The commands for one stage's job: handed to it while it runs, and told back where it took them. */

import type { EngineControl } from "../../spec/engine/job.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import type { Store } from "../../store/connection/connection.js";
import { type ControlPoll, pollControl } from "./controlPoll.js";
import { reportApplied, type TellApplied } from "./reportApplied.js";

export interface Commands {
  /** Begins to hand commands to the job. */
  handTo(job: { control(control: EngineControl): void }): void;
  /** The job has taken a command. @param at as the engine counts: epoch, and step of it that comes next, both from 0 */
  applied(at: { readonly seq: number; readonly epoch: number; readonly step: number }): void;
  /** Call when the job has ended, whatever the end. */
  end(): Promise<void>;
}

export function commandsFor(store: Store, request: StageRequest, tell: TellApplied): Commands {
  const reporter = reportApplied(tell);
  let poll: ControlPoll | undefined;
  return {
    handTo: (job) => {
      poll = pollControl(store, request, (control) => job.control(control));
    },
    applied: ({ seq, epoch, step }) =>
      reporter.report({ seq, stage: request.stage.name, epoch: epoch + 1, step: step + 1 }),
    end: async () => {
      await poll?.stop();
      await reporter.flush();
    },
  };
}
