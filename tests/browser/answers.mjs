// What the browser's engine says of some networks: each layer's map, and the gradient of one logit
// and of one value in the middle. Reads JSON from a file, if node runs it, and prints JSON.

export async function answers(engine, cases) {
  const { Network } = await import(`${engine}/network.js`);
  return cases.map(({ description, weights, image, target, middle }) => {
    const network = new Network(description, bytes(weights));
    const pass = network.forward(new Float32Array(bytes(image).buffer));
    const maps = {};
    for (const { name } of description.layers) maps[name] = text(pass.outputs.get(name).data);
    return {
      maps,
      answer: pass.answer,
      of_logit: text(pass.gradients(description.layers.at(-1).name, target).get("input").data),
      of_middle: text(pass.gradients(middle.layer, middle.index).get("input").data),
    };
  });
}

export async function names(engine) {
  const { POOLS } = await import(`${engine}/pools.js`);
  const { HEADS } = await import(`${engine}/heads.js`);
  return { pools: Object.keys(POOLS), heads: Object.keys(HEADS) };
}

const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function text(floats) {
  const raw = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  let letters = "";
  for (const byte of raw) letters += String.fromCharCode(byte);
  return btoa(letters);
}

if (typeof process !== "undefined") {
  const { readFileSync } = await import("node:fs");
  const [engine, file] = process.argv.slice(2);
  const result = file
    ? await answers(engine, JSON.parse(readFileSync(file, "utf8")))
    : await names(engine);
  process.stdout.write(JSON.stringify(result));
}
