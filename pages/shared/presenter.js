// The presenter's view: what the window with the talk shows, the notes for it, and buttons that press
// that window's own. Both speak through a BroadcastChannel; see talk.js.
const CHANNEL = "poolscope-talk";
const MINUTE = 60;
const PATIENCE_MS = 3000;
const ASKS_AFTER_MS = 2000;
const GONE_AFTER_MS = 12000;
const PRESSED = { ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back" };

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const written = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / MINUTE)}:${String(whole % MINUTE).padStart(2, "0")}`;
};

const minutes = (number) => `${Number(number.toFixed(2))} min`;

class View {
  constructor(root, told) {
    this.told = told;
    this.shown = null;
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = ({ data }) => this.hear(data);
    this.place = element("p", { className: "place" });
    this.heading = element("h1");
    this.sentence = element("p", { className: "sentence" });
    this.notes = element("div", { className: "notes" });
    this.time = element("time");
    this.plan = element("p", { className: "plan" });
    this.following = element("p", { className: "following" });
    this.status = element("p", { className: "status", role: "status" });
    this.back = this.button("Previous", () => this.ask({ press: "talk_previous" }));
    this.next = this.button("Next", () => this.ask({ press: "talk_next" }));
    this.black = this.button("Black screen", () => this.ask({ black: true }));
    this.restart = this.button("Restart the clock", () => this.ask({ restart: true }));
    this.next.classList.add("main");
    this.list = told.scenes.map((scene, number) => this.entry(scene, number));
    this.root = element("div", { className: "presenter" }, ...this.parts());
    // beside the styles, which Streamlit has put there
    root.querySelector(".presenter")?.remove();
    root.append(this.root);
    this.draw();
    this.question();
    this.timer = setInterval(() => {
      this.watch();
      this.tick();
    }, 250);
  }

  parts() {
    const { told } = this;
    const now = element("section", { className: "now" }, this.place, this.heading, this.sentence);
    now.append(element("h2", { textContent: "Notes" }), this.notes);
    const buttons = element("div", { className: "buttons" }, this.back, this.next, this.black);
    const clock = element("div", { className: "clock" }, this.time, this.plan, this.restart);
    const after = element("div", {}, element("h2", { textContent: "Next" }), this.following);
    const all = element("ol", {}, ...this.list.map((each) => element("li", {}, each)));
    const scenes = element("nav", { ariaLabel: "Scenes" });
    scenes.append(element("h2", { textContent: `Scenes of “${told.title}”` }), all);
    const aside = element("section", { className: "aside" }, this.status, buttons, clock);
    aside.append(after, scenes);
    return [now, aside];
  }

  button(textContent, onclick) {
    return element("button", { type: "button", textContent, onclick });
  }

  entry(scene, number) {
    const made = this.button("", () => this.ask({ scene: number }));
    made.append(
      element("span", { textContent: `${number + 1}. ${scene.heading}` }),
      " ",
      element("span", { className: "minutes", textContent: minutes(scene.minutes) }),
    );
    return made;
  }

  question() {
    this.questioned = Date.now();
    this.channel.postMessage({ ask: true });
  }

  // nothing is shown here before the other window has done it
  ask(message) {
    this.channel.postMessage(message);
    if (!this.shown) return;
    this.root.classList.add("asked");
    clearTimeout(this.asked);
    this.asked = setTimeout(() => this.root.classList.remove("asked"), PATIENCE_MS);
  }

  hear(data) {
    if (data.shown) this.heard = Date.now();
    if (data.left) this.show(null);
    else if (data.shown) this.show(data.shown);
  }

  show(shown) {
    if (JSON.stringify(shown) === JSON.stringify(this.shown)) return;
    this.shown = shown;
    this.root.classList.remove("asked");
    this.draw();
  }

  // a window that was killed does not say that it leaves
  watch() {
    const now = Date.now();
    if (now - this.questioned > ASKS_AFTER_MS) this.question();
    if (this.shown && now - this.heard > GONE_AFTER_MS) this.show(null);
  }

  draw() {
    const { scenes } = this.told;
    const { shown } = this;
    const number = shown?.scene ?? null;
    const scene = scenes[number];
    const following = scenes[number === null ? 0 : number + 1];
    this.place.textContent = `${number === null ? "–" : number + 1} / ${scenes.length}`;
    this.heading.textContent = scene?.heading ?? this.told.title;
    this.sentence.textContent = scene?.sentence ?? "";
    const notes = scene ? scene.notes || "This scene has no notes." : "";
    const lines = notes.split("\n").filter((line) => line.trim());
    this.notes.replaceChildren(...lines.map((textContent) => element("p", { textContent })));
    this.notes.classList.toggle("none", !scene?.notes);
    this.following.textContent = following
      ? `${following.heading} · ${minutes(following.minutes)}`
      : "This is the last scene.";
    this.next.textContent = shown?.waiting ? "Reveal" : "Next";
    this.back.disabled = !number;
    this.next.disabled = !shown || !(shown.waiting || following);
    this.black.textContent = shown?.black ? "Show the screen" : "Black screen";
    this.black.ariaPressed = String(Boolean(shown?.black));
    for (const each of [this.black, this.restart, ...this.list]) each.disabled = !shown;
    this.list.forEach((each, place) => {
      if (place === number) each.setAttribute("aria-current", "step");
      else each.removeAttribute("aria-current");
    });
    this.say();
    this.tick();
  }

  say() {
    const { shown } = this;
    this.status.hidden = Boolean(shown && !shown.black && shown.scene !== null);
    if (!shown) {
      const link = element("a", { href: this.told.address, target: "_blank", textContent: "Open the talk" });
      const where = " in another window of this browser. The view follows that window.";
      this.status.replaceChildren(link, where);
    } else if (shown.black) this.status.textContent = "The screen is black.";
    else this.status.textContent = "The talk shows no scene yet. Next begins it.";
  }

  tick() {
    const { shown } = this;
    const { scenes } = this.told;
    const planned = (count) => scenes.slice(0, count).reduce((sum, each) => sum + each.minutes, 0);
    const all = `${minutes(planned(scenes.length))} in all`;
    const elapsed = shown ? Date.now() / 1000 - shown.started : 0;
    this.time.textContent = shown ? written(elapsed) : "–:––";
    if (!shown || shown.scene === null) {
      this.plan.textContent = `Planned: ${all}`;
      return;
    }
    const [start, end] = [planned(shown.scene), planned(shown.scene + 1)];
    const gone = elapsed / MINUTE;
    const off = gone > end ? gone - end : Math.max(0, start - gone);
    const whole = Math.floor(off);
    const said = whole ? `${whole} min ${gone > end ? "late" : "early"}` : "on time";
    this.plan.textContent = `Planned: ${minutes(end)} to the end of this scene, ${all} · ${said}`;
  }

  // the same keys as in the other window
  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const button = { next: this.next, back: this.back }[PRESSED[event.key]];
    if (button) {
      event.preventDefault();
      button.click();
    } else if (event.key === "b" || event.key === ".") this.black.click();
  }

  close() {
    clearInterval(this.timer);
    clearTimeout(this.asked);
    this.channel.close();
  }
}

let view = null;
const onKey = (event) => view.press(event);

export default ({ data, parentElement }) => {
  if (view) view.close();
  else document.addEventListener("keydown", onKey);
  view = new View(parentElement, data);
  return () => {
    view.close();
    view = null;
    document.removeEventListener("keydown", onKey);
  };
};
