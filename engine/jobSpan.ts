/** Spans of a job: the job itself, its loading, epochs and checkpoints. Steps are too many. */
import { context, propagation, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import type { EngineJob } from "../spec/engine/job.js";
import type { ThawError } from "../spec/errors.js";
import type { Outside } from "./jobs.js";

export interface JobSpan {
  /** To be handed to the job in place of the one that was given. */
  readonly outside: Outside;
  end(error?: ThawError): void;
}

/** @param carrier the context of the activity that asks for the job, as `traceparent` and so on */
export function openJobSpan(
  job: EngineJob,
  carrier: Readonly<Record<string, string>>,
  outside: Outside,
): JobSpan {
  const tracer = trace.getTracer("thaw-engine");
  const parent = propagation.extract(context.active(), carrier);
  const span = tracer.startSpan(`engine ${job.kind}`, {}, parent);
  const within = trace.setSpan(parent, span);
  const began = Date.now();
  /** Of something that has just ended. */
  const child = (name: string, seconds: number, attributes: Parameters<Span["setAttributes"]>[0]): void => {
    const now = Date.now();
    tracer.startSpan(name, { startTime: now - 1000 * seconds, attributes }, within).end(now);
  };
  let isLoaded = false;
  const loaded = (): void => {
    if (!isLoaded) child("load", (Date.now() - began) / 1000, {});
    isLoaded = true;
  };
  return {
    outside: {
      ...outside,
      onProgress: (progress) => {
        loaded();
        const { phase, epochEnd } = progress;
        if (epochEnd !== undefined) {
          const { epoch, seconds, loss, accuracy, validationLoss, validationAccuracy } = epochEnd;
          child("epoch", seconds, { phase, epoch, loss, accuracy, validationLoss, validationAccuracy });
        }
        outside.onProgress(progress);
      },
      onWritten: (checkpoint) => {
        const { seconds, position } = checkpoint;
        child("checkpoint", seconds, { epoch: position.epoch + 1, step: position.step + 1 });
        outside.onWritten(checkpoint);
      },
      onResumed: (from) => {
        const at = from.positions.at(-1);
        if (at !== undefined) span.addEvent("resumed", { epoch: at.epoch + 1, step: at.step + 1 });
        outside.onResumed(from);
      },
      onUnwritten: (why) => {
        span.addEvent("checkpoint not written", { why });
        outside.onUnwritten(why);
      },
    },
    end: (error) => {
      loaded();
      if (error !== undefined) {
        span.setAttribute("code", error.code);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      }
      span.end();
    },
  };
}
