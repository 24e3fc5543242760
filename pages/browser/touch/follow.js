// The image that is under the finger, for pictures elsewhere on the page that follow it.

const RESTS_AFTER_MS = 200; // without a change; until then they stay as they are

let now = null;
let waiting;
const followers = new Set();

// seen: { id, seen, words, touched, drawnOn } of a drawing; `seen` are its pixels, as stored.
export function tell(seen) {
  const same = !seen.touched && now?.id === seen.id && !now.touched;
  now = seen;
  if (same) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => followers.forEach((follower) => follower()), RESTS_AFTER_MS);
}

// Calls a function when the image has changed and rests.
export const listen = (follower) => followers.add(follower);
export const leave = (follower) => followers.delete(follower);

// A picture { id, pixels, name, answer } of the page as it is under the finger, if that has it.
export function followed(picture) {
  if (now?.id !== picture.id || !now.touched) return { ...picture, changed: false };
  const pixels = Uint8Array.from(now.seen, Math.round);
  const answer = now.drawnOn ? null : picture.answer;
  return { ...picture, pixels, answer, name: now.words, changed: true };
}
