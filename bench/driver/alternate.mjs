/**
 * @file Several systems at the same work, turn by turn: A B C A B C …, so that whatever else the
 * machine does hits all of them alike.
 */

/** How long to measure. `budgetMs` bounds what one system may take at one work, roughly. */
export const FULL = { warmUpMs: 150, roundMs: 60, rounds: 7, budgetMs: 2000, prepareMs: 60_000 };
export const QUICK = { warmUpMs: 50, roundMs: 20, rounds: 5, budgetMs: 300, prepareMs: 10_000 };

/** Threads spin a while before they sleep, and would take the next one's core. */
const AFTER_THREADS_MS = 20;

/**
 * @param {{ child: import("./child.mjs").Child, threads: number }[]} entrants all of them prepared
 * @param {typeof FULL} pace
 * @returns {Promise<({ medianMs: number, samples: number[], callsPerRound: number } | { error: string })[]>}
 *   in the order of the entrants; a sample is the mean of a round's calls
 */
export async function alternate(entrants, pace) {
  const turns = [];
  for (const entrant of entrants) turns.push(await warmUp(entrant, pace));

  for (let round = 0; round < pace.rounds; round++) {
    for (const turn of turns) {
      if (turn.error || !takesPart(turn.rounds, round, pace.rounds)) continue;
      await attempt(turn, async () => turn.samples.push(await turn.child.run(turn.callsPerRound)));
      if (turn.threads > 1) await pause(AFTER_THREADS_MS);
    }
  }
  return turns.map(({ error, samples, callsPerRound }) =>
    error ? { error } : { ...summaryOf(samples), samples, callsPerRound },
  );
}

/** Runs it until compilers and caches have settled, and learns how long a call takes. */
async function warmUp({ child, threads }, { warmUpMs, roundMs, rounds, budgetMs }) {
  const turn = { child, threads, samples: [], callsPerRound: 1, rounds: 1, error: null };
  await attempt(turn, async () => {
    let count = 1;
    let perCall = await child.run(1);
    let spent = perCall;
    while (spent < warmUpMs) {
      count = Math.max(1, Math.min(4 * count, Math.ceil((warmUpMs - spent) / perCall)));
      perCall = await child.run(count);
      spent += Math.max(perCall * count, 0.01);
    }
    turn.callsPerRound = Math.max(1, Math.round(roundMs / perCall));
    const fit = Math.floor(budgetMs / (perCall * turn.callsPerRound));
    turn.rounds = Math.min(rounds, Math.max(perCall > budgetMs ? 1 : 2, fit));
  });
  return turn;
}

/** Spreads the few turns of a slow system over all rounds. */
function takesPart(turns, round, rounds) {
  return Math.floor(((round + 1) * turns) / rounds) > Math.floor((round * turns) / rounds);
}

async function attempt(turn, body) {
  try {
    await body();
  } catch (error) {
    turn.error = error.message;
  }
}

/** The median, and half the distance between the quartiles relative to it. */
export function summaryOf(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (part) => {
    const position = part * (sorted.length - 1);
    const below = Math.floor(position);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  };
  const medianMs = at(0.5);
  return { medianMs, spread: (at(0.75) - at(0.25)) / 2 / medianMs };
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
