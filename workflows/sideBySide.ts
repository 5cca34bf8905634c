/** Tasks that are done side by side, at most so many at once; what may start is asked anew whenever one is done. */
import { CancellationScope } from "@temporalio/workflow";

export interface Tasks<Task extends { readonly name: string }, Result> {
  /** At most so many at once, from 1. */
  readonly most: number;
  /** Those that may start now, in the order in which they would be done one after the other; those at work may be among them. */
  readonly ready: () => readonly Task[];
  readonly work: (task: Task) => Promise<Result>;
  /** @param others that are still at work */
  readonly done: (task: Task, result: Result, others: readonly Task[]) => void;
}

/**
 * Returns when nothing is at work and nothing may start. The first failure ends the others: it is thrown once they have
 * stopped, at a checkpoint where they have one.
 */
export async function sideBySide<Task extends { readonly name: string }, Result>({
  most,
  ready,
  work,
  done,
}: Tasks<Task, Result>): Promise<void> {
  const scope = new CancellationScope();
  const atWork = new Map<string, { readonly task: Task; readonly end: Promise<() => void> }>();
  const begin = (task: Task): void => {
    const end = scope
      .run(() => work(task))
      .then((result) => () => {
        atWork.delete(task.name);
        done(
          task,
          result,
          [...atWork.values()].map((other) => other.task),
        );
      });
    atWork.set(task.name, { task, end });
  };
  const beginWhatMay = (): void => {
    for (const task of ready()) {
      if (atWork.size >= most) return;
      if (!atWork.has(task.name)) begin(task);
    }
  };
  const ends = (): Promise<() => void>[] => [...atWork.values()].map(({ end }) => end);
  try {
    for (beginWhatMay(); atWork.size > 0; beginWhatMay()) (await Promise.race(ends()))();
  } catch (error) {
    scope.cancel();
    await Promise.allSettled(ends());
    throw error;
  }
}
