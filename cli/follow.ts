/** Follows a run to its end, or until Ctrl-C; the run itself does not notice. */
import { toGoOf } from "../client/forecast/toGo.js";
import { getRun, type RunView, watchRun } from "../client/runs/watch.js";
import type { Session } from "../client/session.js";
import { runUrl } from "../client/temporal/links.js";
import { runJson } from "./json/run.js";
import type { Output } from "./output.js";
import { stillRunningText } from "./render/runs/advice.js";
import { changedLines, type RunSurroundings, runText } from "./render/runs/run.js";
import { interruptible } from "./signals.js";
import { createFrame } from "./terminal/frame.js";
import { cleanText, say } from "./terminal/shown.js";
import { workerWarning } from "./workerWarning.js";

/**
 * `live`: a frame on stderr that is written over. `lines`: a line on stderr for each stage that begins or
 * ends. `json-lines`: a `RunJson` on stdout for each change.
 */
export type FollowStyle = "live" | "lines" | "json-lines";

interface Presenter {
  show(view: RunView, surroundings: RunSurroundings): void;
  end(): void;
}

/**
 * @param runId an id, a unique beginning of one, or `latest`
 * @returns the closed run; a running one when Ctrl-C ended the watching, which the user has been told
 * @throws ThawError NOT_FOUND, TEMPORAL_UNREACHABLE
 */
export async function followRun(
  session: Session,
  runId: string,
  output: Output,
  style: FollowStyle = output.screen.stderr.live ? "live" : "lines",
): Promise<RunView> {
  return interruptible(async (signal) => {
    const presenter = PRESENTERS[style](output);
    let last: RunView | undefined;
    signal.addEventListener("abort", () => {
      presenter.end();
      output.tell(last?.runId ?? runId, stillRunningText);
    });
    const forecast = toGoOf(session.store);
    try {
      for await (const view of watchRun(session, runId, { signal })) {
        last = view;
        const url = runUrl(session.platform, view.runId);
        const warning = await workerWarning(session.platform, view);
        const toGo = style === "live" ? await forecast(view.stages) : undefined;
        if (signal.aborted) break;
        presenter.show(view, { url, warning, toGo });
      }
    } finally {
      presenter.end();
    }
    return last ?? getRun(session, runId);
  });
}

const PRESENTERS: Readonly<Record<FollowStyle, (output: Output) => Presenter>> = {
  live: (output) => {
    const frame = createFrame();
    let last: { readonly view: RunView; readonly surroundings: RunSurroundings } | undefined;
    let isLinked = false;
    return {
      show: (view, { url, ...others }) => {
        const { stderr } = output.screen;
        // A frame breaks its lines itself, an address too, which can then be neither clicked nor copied.
        const isAbove = url !== undefined && (isLinked || url.length > stderr.width);
        if (isAbove && !isLinked) output.tell(url, (shown, { colours }) => colours.dim(shown));
        isLinked ||= isAbove;
        last = { view, surroundings: { ...others, url: isAbove ? undefined : url } };
        frame.update(
          cleanText(output.inProject(last), (shown) =>
            runText(shown.view, shown.surroundings, new Date(), stderr, "cut"),
          ),
        );
      },
      end: () => {
        // What stays on the screen is written like any other text: whole, however many lines that takes.
        if (last !== undefined) frame.clear();
        frame.done();
        if (last !== undefined)
          output.tell(last, ({ view, surroundings }, screen) => {
            const notes = view.failure === undefined ? "whole" : "failures-cut";
            return `${runText(view, surroundings, new Date(), screen, notes)}\n`;
          });
        last = undefined;
      },
    };
  },
  lines: (output) => {
    let last: RunView | undefined;
    let lastWarning: string | undefined;
    return {
      show: (view, { warning }) => {
        const { stderr } = output.screen;
        const lines = cleanText({ last, view }, (shown) =>
          changedLines(shown.last, shown.view, stderr).join("\n"),
        );
        if (lines !== "") output.talk(lines);
        if (warning !== undefined && warning !== lastWarning) output.talk(say`! ${warning}`);
        last = view;
        lastWarning = warning;
      },
      end: () => {},
    };
  },
  "json-lines": (output) => {
    let last = "";
    return {
      show: (view, surroundings) => {
        const document = runJson(view, surroundings);
        const text = JSON.stringify(document);
        if (text !== last) output.jsonLine(document);
        last = text;
      },
      end: () => {},
    };
  },
};
