// What is computed in a thread of its own: job -> what does it, and whether it takes long.

import { Network } from "../engine/network.js";
import { open, openAll } from "../touch/loading.js";
import { cut } from "./cut.js";
import { TestImages } from "./images.js";
import { Record } from "./record.js";
import { Softening } from "./softening.js";

const BUSY_MS = 100; // of computing between two looks at what else is asked for
const RECORDS_KEPT = 12;

export const JOBS = {
  maps: { work: maps, long: false },
  patches: { work: patches, long: true },
  softened: { work: softened, long: true },
};

// For each network its map after a layer, its answer, and how certain it is.
async function maps({ networks, pixels, root }) {
  const opened = await openAll(Network, networks, root);
  return opened.map((network, i) => {
    const pass = network.forward(pixels);
    const { shape, data } = pass.outputs.get(networks[i].layer);
    return { map: { shape, data }, answer: pass.answer, share: pass.probabilities[pass.answer] };
  });
}

const records = new Map(); // of the networks that were searched last -> Record

// For each network the parts of test images that most activate a channel of a layer, strongest first;
// null if it has no such channel.
async function patches({ networks, images, input, ground, channel, most, root }, { wanted, tell }) {
  const given = await open(TestImages, images.address, images, root);
  const opened = await openAll(Network, networks, root);
  const own = networks.map(({ weights, layer }, i) => {
    const key = JSON.stringify([weights, layer, images.address, images.count, input]);
    const record = records.get(key) ?? new Record(opened[i], layer, images.count);
    records.delete(key);
    records.set(key, record);
    return record;
  });
  for (const key of [...records.keys()].slice(0, -RECORDS_KEPT)) records.delete(key);
  const finished = await inSlices(images.count, own.some((each) => !each.complete), wanted, (number) => {
    const pixels = given.input(number, input);
    for (const each of own) each.note(number, pixels);
    return { done: number + 1, of: images.count };
  }, tell);
  if (!finished) return null;
  return own.map((record, i) => {
    const found = record.strongest(channel, most);
    return found && cut(found, given, networks[i].fields, ground);
  });
}

// For each network, how many of the first images are right with pools of each temperature.
async function softened({ networks, temperatures, images, input, root }, { wanted, tell }) {
  const given = await open(TestImages, images.address, images, root);
  const all = await openAll(Network, networks, root);
  const softenings = all.map((network) => new Softening(network, temperatures));
  const counted = () => softenings.map(({ right }) => [...right]);
  const finished = await inSlices(images.count, true, wanted, (number) => {
    const pixels = given.input(number, input);
    for (const each of softenings) each.note(pixels, given.labels[number]);
    return { done: number + 1, of: images.count, right: counted() };
  }, tell);
  return finished && { right: counted() };
}

// Does something for each of `count` images, with pauses in which other messages come in; false if
// its result is not wanted any more.
async function inSlices(count, needed, wanted, step, tell) {
  let began = performance.now();
  for (let number = 0; needed && number < count; number++) {
    const progress = step(number);
    if (performance.now() - began < BUSY_MS) continue;
    tell(progress);
    await new Promise((resolve) => setTimeout(resolve));
    if (!wanted()) return false;
    began = performance.now();
  }
  return true;
}
