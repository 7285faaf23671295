// Who has the embedded database's one connection: one at a time, predictions before whatever else waits.

/**
 * @param {number} most urgent pieces of work that may go before one ordinary piece that waits: a server that predicts
 *   all the time still lists and invoices
 */
export function twoLanes(most = 16) {
  const waiting = { urgent: [], ordinary: [] };
  let taken = false;
  let before = 0;

  function next() {
    const { urgent, ordinary } = waiting;
    const first = urgent.length > 0 && (ordinary.length === 0 || before < most) ? urgent : ordinary;
    before = first === urgent && ordinary.length > 0 ? before + 1 : 0;
    const enter = first.shift();
    taken = enter !== undefined;
    enter?.();
  }

  /** Resolves when it is the caller's turn, to what ends the turn. */
  async function enter(lane) {
    if (taken) await new Promise((resolve) => waiting[lane].push(resolve));
    taken = true;
    return next;
  }

  return {
    enter,
    /** Does the work in its turn. */
    async run(lane, work) {
      const leave = await enter(lane);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
