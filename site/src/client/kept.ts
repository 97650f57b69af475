/** @file What the course keeps in this browser: what was read, run and predicted. Nothing leaves it. */

interface Kept {
  /** Chapters that were read to their end. */
  read: string[];
  /** Experiments that were run to their end. */
  run: string[];
  /** The answer that was chosen, by experiment; −1 for none. */
  predictions: Record<string, number>;
}

const KEY = "unrolled-course";

export function kept(): Kept {
  const nothing: Kept = { read: [], run: [], predictions: {} };
  try {
    return { ...nothing, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Kept>) };
  } catch {
    // No storage, or somebody else's: the course works without.
    return nothing;
  }
}

function keep(change: (kept: Kept) => void): void {
  const now = kept();
  change(now);
  try {
    localStorage.setItem(KEY, JSON.stringify(now));
  } catch {
    return;
  }
  dispatchEvent(new CustomEvent("kept"));
}

export function keepRun(id: string): void {
  keep(({ run }) => run.includes(id) || run.push(id));
}

export function keepRead(slug: string): void {
  keep(({ read }) => read.includes(slug) || read.push(slug));
}

export function keepPrediction(id: string, answer: number): void {
  keep(({ predictions }) => (predictions[id] = answer));
}

export function forget(): void {
  localStorage.removeItem(KEY);
  dispatchEvent(new CustomEvent("kept"));
}
