// What the pictures of networks share: files that are fetched once, bytes, and the theme of the page.

const opened = new Map(); // address of weights or checkpoints -> promise of what is made of them

// passing: the address of something that is not asked for again.
export async function open(Kind, address, description, root, passing = false) {
  if (!opened.has(address)) {
    const loaded = fetch(`${root}${address}`).then(async (response) => {
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      return new Kind(description, new Uint8Array(await response.arrayBuffer()));
    });
    if (passing) return loaded;
    loaded.catch(() => opened.delete(address));
    opened.set(address, loaded);
  }
  return opened.get(address);
}

// networks as a page names them: {weights: address, description}.
export const openAll = (Kind, networks, root) =>
  Promise.all(networks.map(({ weights, description }) => open(Kind, weights, description, root)));

export const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

export function isDarkPage(node) {
  const page = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  const [red, green, blue] = page.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
  return red + green + blue < 3 * 128;
}
