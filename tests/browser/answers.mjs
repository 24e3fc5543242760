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

// What the score of a class rests on, as { values, empty }: Grad-CAM of every map, and the others.
export async function attributions(engine, cases) {
  const { Network } = await import(`${engine}/network.js`);
  const { cam, gradCam, lastMap, occlusion, saliency } = await import(`${engine}/attribution.js`);
  const plain = ({ map, empty }) => ({ values: text(map.data), empty });
  return cases.map(({ description, weights, image, target }) => {
    const network = new Network(description, bytes(weights));
    const pass = network.forward(new Float32Array(bytes(image).buffer));
    const maps = description.layers.filter(({ shape }) => shape.length === 3);
    const byCam = cam(pass, target);
    const passes = occlusion(pass);
    let step = passes.next();
    while (!step.done) step = passes.next();
    return {
      last: lastMap(network),
      grad_cam: Object.fromEntries(maps.map(({ name }) => [name, plain(gradCam(pass, name, target))])),
      cam: byCam && plain(byCam),
      saliency: plain(saliency(pass, target)),
      occlusion: plain(step.value(target)),
      other_class: text(step.value((target + 1) % pass.logits.length).map.data),
    };
  });
}

// Of one cell of every layer: its explanation, and by how much the cell changes with numbers that it
// is not said to read, in the layer before it and in the image.
export async function explanations(engine, cases) {
  const { Network } = await import(`${engine}/network.js`);
  const { reads, field } = await import(`${engine}/reading.js`);
  const { explain, indexOf } = await import(`${engine}/../touch/explain.js`);
  return cases.map(({ description, weights, image }) => {
    const network = new Network(description, bytes(weights));
    const pass = network.forward(new Float32Array(bytes(image).buffer));
    return description.layers.map((layer, number) => {
      const cell = layer.shape.map((side, axis) => (7 * number + 3 * axis + 5) % side);
      const slopes = pass.gradients(layer.name, indexOf(layer.shape, cell));
      const near = reads(pass, layer, cell);
      const direct = pass.backs.get(layer.name)(slopes.get(layer.name));
      const far = { ...field(pass, layer.name, cell).get("input"), channels: null };
      const { value, windows, formula, words } = explain(pass, layer.name, cell);
      return {
        layer: layer.name,
        value,
        output: pass.outputs.get(layer.name).data[indexOf(layer.shape, cell)],
        sums: windows.map(({ sum }) => sum),
        values: windows.map(({ values }) => values),
        formula,
        words,
        outside: Math.max(
          ...direct.map((map, i) => outside(map, near[i])),
          outside(slopes.get("input"), far),
        ),
      };
    });
  });
}

// The strongest parts of images for some channels of a layer.
export async function patches(engine, cases) {
  const { Network } = await import(`${engine}/network.js`);
  const { Record } = await import(`${engine}/../sheets/record.js`);
  const { TestImages } = await import(`${engine}/../sheets/images.js`);
  const { cut } = await import(`${engine}/../sheets/cut.js`);
  return cases.map(({ description, weights, file, images, input, ground, fields, layer, channels, most }) => {
    const given = new TestImages(images, bytes(file));
    const record = new Record(new Network(description, bytes(weights)), layer, images.count);
    // the first half twice, as after an interruption
    for (const last of [Math.floor(images.count / 2), images.count]) {
      for (let number = 0; number < last; number++) record.note(number, given.input(number, input));
    }
    return channels.map((channel) => {
      const found = record.strongest(channel, most);
      return found && cut(found, given, fields, ground).map((each) => ({ ...each, pixels: [...each.pixels] }));
    });
  });
}

// What is said of parts that are strongest.
export async function rankings(engine, cases) {
  const { ranking } = await import(`${engine}/../sheets/ranking.js`);
  return cases.map(({ parts, asked, tested }) => ranking(parts, asked, tested));
}

// Of maps: their channels that hold one value, and the cells that a max pool passes on.
export async function channels(engine, cases) {
  const { still, winners } = await import(`${engine}/../sheets/channels.js`);
  return cases.map(({ shape, data, size, stride }) => {
    const map = { shape, data: new Float32Array(bytes(data).buffer) };
    return { still: still(map), winners: [...winners(map, size, stride)] };
  });
}

// What is said of such channels of several networks.
export async function remarks(engine, cases) {
  const { remarks: said } = await import(`${engine}/../sheets/channels.js`);
  return cases.map((counted) => said(counted));
}

// The logits of networks whose pools are softened, and how many images are right, by temperature.
export async function softenings(engine, cases) {
  const { Network } = await import(`${engine}/network.js`);
  const { TestImages } = await import(`${engine}/../sheets/images.js`);
  const { Softening } = await import(`${engine}/../sheets/softening.js`);
  return cases.map(({ description, weights, file, images, input, temperatures }) => {
    const given = new TestImages(images, bytes(file));
    const softening = new Softening(new Network(description, bytes(weights)), temperatures);
    const logits = temperatures.map(() => []);
    for (let number = 0; number < images.count; number++) {
      const pixels = given.input(number, input);
      softening.note(pixels, given.labels[number]);
      softening.networks.forEach((network, i) => logits[i].push(text(network.forward(pixels).logits)));
    }
    return { right: softening.right, logits };
  });
}

// The filters that are drawn of some networks, and the ends of their scale.
export async function filters(engine, cases) {
  const { Network } = await import(`${engine}/network.js`);
  const { filterSheets } = await import(`${engine}/../sheets/filters.js`);
  return cases.map(({ networks, most }) => {
    const opened = networks.map(({ description, weights }) => new Network(description, bytes(weights)));
    const { sheets, low, high } = filterSheets(opened, most);
    return { low, high, sheets: sheets.map(({ shape, data }) => ({ shape, data: text(data.slice()) })) };
  });
}

// The picture of some maps: its sides, and its pixels where a value is drawn as itself.
export async function pictures(engine, cases) {
  const { around, even, tiled } = await import(`${engine}/../sheets/tiles.js`);
  const { someOf } = await import(`${engine}/../sheets/maps.js`);
  return cases.map(({ shape, data, first, most, marks }) => {
    const map = { shape, data: Float32Array.from(data) };
    const { width, height, pixels } = tiled(someOf(map, first, most), (value) => value + 100, marks);
    return { width, height, pixels: [...pixels], around: around([map.data]), even: even([map.data]) };
  });
}

// The colours of values between two ends of a scale, and of its anchors, by red, green and blue.
export async function shades(engine, cases) {
  const { between, pixel, table } = await import(`${engine}/../touch/colours.js`);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255, colour >>> 24];
  return cases.map(({ anchors, low, high, values }) => ({
    values: values.map(between(table(anchors), low, high)).map(parts),
    anchors: anchors.map(pixel).map(parts),
  }));
}

// What becomes of an image that is disturbed, what is left of the one that was given, and the words.
export async function disturbances(engine, cases) {
  const { disturbed, neutral, said } = await import(`${engine}/../touch/disturb.js`);
  return cases.map(({ stored, picture, values }) => {
    const given = Float32Array.from(stored);
    const all = { ...neutral(), ...values };
    return { seen: [...disturbed(given, picture, all)], kept: [...given], said: said(all) };
  });
}

// The largest size of a value of a map that is not among those that are read.
function outside({ shape, data }, read) {
  if (shape.length === 1 || !read.rows) return 0;
  const [rows, columns] = [new Set(read.rows), new Set(read.columns)];
  const channels = read.channels && new Set(read.channels);
  const [, height, width] = shape;
  return data.reduce((most, value, i) => {
    const [channel, row, column] = [
      Math.floor(i / (height * width)),
      Math.floor((i % (height * width)) / width),
      i % width,
    ];
    const inside = rows.has(row) && columns.has(column) && (!channels || channels.has(channel));
    return inside ? most : Math.max(most, Math.abs(value));
  }, 0);
}

export async function names(engine) {
  const { POOLS } = await import(`${engine}/pools.js`);
  const { HEADS } = await import(`${engine}/heads.js`);
  const { FORMULAS, HEAD_WORDS } = await import(`${engine}/../touch/formulas.js`);
  const keys = { pools: POOLS, heads: HEADS, formulas: FORMULAS, words: HEAD_WORDS };
  return Object.fromEntries(Object.entries(keys).map(([name, table]) => [name, Object.keys(table)]));
}

// What is said of maps that are zero everywhere, by method and reason.
export async function zeros(engine) {
  const { EMPTY, METHODS } = await import(`${engine}/../touch/why.js`);
  const said = (table) => Object.fromEntries(
    Object.entries(table).map(([reason, words]) => [reason, words("cat", "block 2 pool")]),
  );
  return Object.fromEntries(Object.keys(METHODS).map((method) => [method, said(EMPTY[method])]));
}

// Every number of half precision, in the order of its bits.
export async function halves(engine) {
  const { single } = await import(`${engine}/network.js`);
  return text(Float32Array.from({ length: 2 ** 16 }, (_, bits) => single(bits)));
}

// The logits of a run's checkpoints for an image at some steps.
export async function states(engine, cases) {
  const { Checkpoints } = await import(`${engine}/checkpoints.js`);
  return cases.map(({ description, file, image, steps }) => {
    const checkpoints = new Checkpoints(description, bytes(file));
    const pixels = new Float32Array(bytes(image).buffer);
    return steps.map((step) => text(checkpoints.at(step).forward(pixels).logits));
  });
}

// What is known of the steps of trainings side by side.
export async function learnings(engine, cases) {
  const { placesOf, nearestPlace, accuracyAt, settled } = await import(`${engine}/../touch/steps.js`);
  return cases.map(({ learnings: rows, asked, answers: given }) => {
    const places = placesOf(rows);
    return {
      places,
      nearest: asked.map((step) => nearestPlace(places, step)),
      shown: rows.map((row) => places.map((step) => accuracyAt(row, step))),
      drawn: rows.map((row) => places.map((step) => accuracyAt(row, step, { exact: true }))),
      settled: given && settled(places, given),
    };
  });
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
  const [what, engine, file] = process.argv.slice(2);
  const asks = {
    answers, attributions, channels, disturbances, explanations, filters, halves, learnings, names, patches,
    pictures, rankings, remarks, shades, softenings, states, zeros,
  };
  const ask = asks[what];
  process.stdout.write(JSON.stringify(await ask(engine, JSON.parse(readFileSync(file, "utf8")))));
}
