// The thread that computes. A job { name, number, order } is answered with { name, number } and a
// `result`, before that with `progress`, or with an `error`. One without an order only ends another.

import { JOBS } from "./jobs.js";

const newest = new Map(); // name of a job -> number of the last that was asked for
let turn = Promise.resolve();

addEventListener("message", ({ data: { name, number, order } }) => {
  newest.set(name, number);
  if (!order) return;
  const wanted = () => newest.get(name) === number;
  const tell = (progress) => postMessage({ name, number, progress });
  const work = async () => {
    if (!wanted()) return;
    try {
      postMessage({ name, number, result: await JOBS[name].work(order, { wanted, tell }) });
    } catch (error) {
      postMessage({ name, number, error: String(error) });
    }
  };
  // what takes long waits for its turn; what a visitor waits for goes between
  if (JOBS[name].long) turn = turn.then(work);
  else work();
});
