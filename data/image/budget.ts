/** A budget of memory that pieces of work share: small ones run side by side, one that needs all of it alone. */

export interface Budget {
  /**
   * Runs `work` once its cost fits beside what is at work; first come, first served.
   * @param cost in the budget's unit; what costs more than the budget has runs alone
   */
  spend<Result>(cost: number, work: () => Promise<Result>): Promise<Result>;
}

export function createBudget(limit: number): Budget {
  let free = limit;
  const waiting: { readonly cost: number; start(): void }[] = [];
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined && next.cost <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.cost;
      next.start();
    }
  };
  return {
    spend: async (asked, work) => {
      const cost = Math.min(asked, limit);
      await new Promise<void>((start) => {
        waiting.push({ cost, start });
        admit();
      });
      try {
        return await work();
      } finally {
        free += cost;
        admit();
      }
    },
  };
}
