// What one image leaves of the channels of a map.

// How many channels are zero everywhere, and how many hold one other value everywhere. A map of one
// cell is never called the latter.
export function still({ shape: [channels, rows, columns], data }) {
  const area = rows * columns;
  const counts = { silent: 0, level: 0 };
  for (let channel = 0; channel < channels; channel++) {
    const own = data.subarray(channel * area, (channel + 1) * area);
    if (!own.every((value) => value === own[0])) continue;
    if (own[0] === 0) counts.silent++;
    else if (area > 1) counts.level++;
  }
  return counts;
}

// The cells of a map that a max pool passes on, 1 each; of equal values, the first.
export function winners({ shape: [channels, rows, columns], data }, size, stride) {
  const chosen = new Uint8Array(data.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row + size <= rows; row += stride) {
      for (let column = 0; column + size <= columns; column += stride) {
        const corner = (channel * rows + row) * columns + column;
        let best = corner;
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const place = corner + i * columns + j;
            if (data[place] > data[best]) best = place;
          }
        }
        chosen[best] = 1;
      }
    }
  }
  return chosen;
}

const KINDS = [["silent", "Silent on this image"], ["level", "The same everywhere"]];

// What is said of such channels, network by network: [name, counts].
export function remarks(counted) {
  return KINDS.map(([kind, words]) => {
    const some = counted.filter(([, counts]) => counts[kind]).map(([name, counts]) => `${name} ${counts[kind]}`);
    return some.length ? ` ${words}: ${listed(some)}.` : "";
  }).join("");
}

const listed = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
