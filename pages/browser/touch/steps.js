// Which steps of a training can be shown, and what is known of each.
//
// A learning is { address, steps, accuracies, epochs, batches, total }: where the checkpoints are, or
// null; their steps and the validation accuracy at each; that after each epoch; steps of an epoch and
// of the whole training.

// The places of the slider: the steps of all checkpoints, and the end. Empty without any checkpoint.
export function placesOf(learnings) {
  const steps = new Set(learnings.flatMap(({ steps: each }) => each));
  if (!steps.size) return [];
  return [...steps, Math.max(...learnings.map(({ total }) => total))].sort((a, b) => a - b);
}

// The place of a step; between two, the one before. Null is the end.
export function nearestPlace(steps, step) {
  if (step === null) return steps.length - 1;
  return Math.max(0, steps.findLastIndex((each) => each <= step));
}

// Validation accuracy at a step: of the checkpoint there, or after the epoch that ends there; else of
// the last one before, unless it must be exact. Null if none is known. What has no checkpoints stays
// at its end.
export function accuracyAt({ steps, accuracies, epochs, batches, total }, step, { exact = false } = {}) {
  if (!steps.length && !exact) return epochs.at(-1);
  if (step >= total) return epochs.at(-1);
  if (step % batches === 0 && step > 0) return epochs[step / batches - 1] ?? null;
  const place = exact ? steps.indexOf(step) : steps.findLastIndex((each) => each <= step);
  return accuracies[place] ?? null;
}

// The first of some steps from which on an answer stays what it is at the end. `answers` are of these
// steps in order, the end among them.
export function settled(steps, answers) {
  let first = steps.length - 1;
  while (first > 0 && answers[first - 1] === answers.at(-1)) first--;
  return steps[first];
}
