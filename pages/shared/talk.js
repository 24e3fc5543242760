// Talk mode in the browser: keys of a presenter's remote, a black screen, the time, a scene that fits
// the screen, and what the presenter's view in another window hears and asks for. The arrow keys are
// shortcuts of the buttons.
const KEYS = { PageDown: "talk_next", PageUp: "talk_previous" };
const LEAST_ZOOM = 0.5;
const CHANNEL = "poolscope-talk";
const PRESENTER = "?view=presenter";

// the same for all scenes: Streamlit calls the default function again for each
let shown = null;
let timer = null;
let channel = null;

const report = () => {
  const black = Boolean(document.getElementById("talk-curtain"));
  channel?.postMessage({ shown: { ...shown.data, black } });
};

const pressButton = (name) => document.querySelector(`.st-key-${name} button`)?.click();

// from the presenter's view; reports of another window with the talk have none of these names
const hear = ({ data }) => {
  if (data.ask) report();
  if (data.press) pressButton(data.press);
  if (data.black) black();
  if (Number.isInteger(data.scene)) shown.setTriggerValue("scene", data.scene);
  if (data.restart) shown.setTriggerValue("restart", true);
};

const leave = () => channel?.postMessage({ left: true });

const black = () => {
  const curtain = document.getElementById("talk-curtain");
  if (curtain) {
    curtain.remove();
    report();
    return;
  }
  const made = document.createElement("div");
  made.id = "talk-curtain";
  made.style.cssText = "position: fixed; inset: 0; background: #000; z-index: 1000000;";
  made.addEventListener("click", black);
  document.body.append(made);
  report();
};

const press = (event) => {
  if (document.querySelector("[role=dialog]")) return;
  const typing = event.target.closest?.("input, textarea, [contenteditable=true]");
  if (!typing && (event.key === "b" || event.key === ".")) {
    black();
    return;
  }
  if (!typing && event.key === "p" && !event.ctrlKey && !event.metaKey && !event.altKey) {
    window.open(PRESENTER, "poolscope-presenter", "popup,width=1100,height=760");
    return;
  }
  const button = KEYS[event.key];
  if (!button) return;
  event.preventDefault();
  pressButton(button);
};

// zoom, not a transform: the page is laid out anew, so nothing of it is left to be scrolled to
const fit = () => {
  const main = document.querySelector("[data-testid=stMain]");
  const box = document.querySelector("[data-testid=stMainBlockContainer]");
  if (!main || !box) return;
  const now = Number(box.style.zoom || 1);
  const free = main.clientHeight;
  // what sticks out of the box can be scrolled to as well
  const beyond = main.scrollHeight > free ? main.scrollHeight : 0;
  const height = Math.max(box.getBoundingClientRect().height, beyond);
  if (height > free + 1) box.style.zoom = Math.max(LEAST_ZOOM, (now * free) / height - 0.005);
  else if (now < 1 && height < 0.93 * free) box.style.zoom = Math.min(1, (now * free * 0.98) / height);
};

const written = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

const tick = () => {
  const clock = shown.parentElement.querySelector("time");
  const elapsed = Date.now() / 1000 - shown.data.started;
  if (clock) clock.textContent = `${written(elapsed)} of ${shown.data.minutes} min`;
  fit();
};

export default ({ data, parentElement, setTriggerValue }) => {
  shown = { data, parentElement, setTriggerValue };
  tick();
  if (timer === null) {
    timer = setInterval(tick, 250);
    document.addEventListener("keydown", press);
    channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = hear;
    window.addEventListener("pagehide", leave);
  }
  report();
  return () => {
    clearInterval(timer);
    timer = null;
    document.removeEventListener("keydown", press);
    channel.close();
    channel = null;
    window.removeEventListener("pagehide", leave);
    const box = document.querySelector("[data-testid=stMainBlockContainer]");
    if (box) box.style.zoom = "";
  };
};
