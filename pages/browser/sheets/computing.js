// Jobs for the thread that computes: a page stays free while images are searched. Of jobs of one name
// only the last that was asked for is answered.

// A job failed; the thread goes on.
export class JobError extends Error {}

let worker = null;
let numbers = 0;
const waiting = new Map(); // name of a job -> who waits for it

// Asks for a job; the answer is null if another of its name was asked for meanwhile, or if `wanted`
// says no. `progress` is called with what is known so far.
export function ask(name, order, { progress, wanted = () => true } = {}) {
  const number = ++numbers;
  waiting.get(name)?.resolve(null);
  return new Promise((resolve, reject) => {
    waiting.set(name, { number, resolve, reject, progress, wanted });
    worker ??= started();
    worker.postMessage({ name, number, order });
  });
}

function started() {
  const made = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  made.onmessage = ({ data }) => answered(data);
  made.onerror = (event) => {
    event.preventDefault();
    worker = null;
    for (const { reject } of waiting.values()) reject(new Error(`the worker failed: ${event.message}`));
    waiting.clear();
  };
  return made;
}

function answered({ name, number, progress, result, error }) {
  const asked = waiting.get(name);
  if (asked?.number !== number) return;
  if (progress) {
    if (asked.wanted()) return asked.progress?.(progress);
    // whoever asked has gone
    worker.postMessage({ name, number: ++numbers });
  }
  waiting.delete(name);
  if (error) return asked.reject(new JobError(error));
  return asked.resolve(result ?? null);
}
