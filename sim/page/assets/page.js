"use strict";
/* Draws what is in the element #data: sections of one run, or of two that differ. Everything that a
 * trace says is put into the page as text (textContent, fillText), never as HTML. */
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const root = document.documentElement;

/* The rows of the lists in the data: as run.c and comparison.c write them. */
const fields = {
  lanes: ["tid", "name", "kind", "begin", "end", "outcome", "error",
          "waiting", "ready", "working", "sleeping", "computing"],
  bars: ["lane", "kind", "depth", "begin", "length", "name", "flags", "detail"],
  wakes: ["from", "to", "by", "lane", "bar"],
  marks: ["lane", "time", "kind", "name", "detail"],
  differences: ["kind", "root", "follow", "sentence", "timeA", "laneA", "barA", "markA",
                "timeB", "laneB", "barB", "markB"],
};
const SPAN = 0, WAIT = 1, SLEEP = 2, READY = 3, RUN = 4, LANE = 5;
const KINDS = ["span", "wait", "sleep", "ready", "runs", "is there"];
const OUTCOMES = ["", "returned", "failed", "cancelled", "pending"];
const TASK = 3;
const OPEN = 1, PENDING = 2;
const SIGNS = {missing: "−", new: "+", later: "→", earlier: "←", longer: "↔", shorter: "↔",
               waits: "≠", wakes: "≠", woken: "≠", order: "⇅", state: "≠", outcome: "!", text: "“"};

const word = number => data.texts[number];

function rows(list, names) {
  const result = [];
  for (let at = 0; at < list.length; at += names.length) {
    const row = {index: result.length};
    names.forEach((name, i) => { row[name] = list[at + i]; });
    result.push(row);
  }
  return result;
}

/* An element with attributes, properties (their names begin with a dot) and children. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key[0] === ".") made[key.slice(1)] = value;
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/* A name from a trace, or lines: nothing in it is obeyed in place of being shown, but the end of a line,
 * and its direction turns nothing around it. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const named = text => element("bdi", {}, text.replace(OBEYED, "\ufffd"));

/* --- Numbers in words --------------------------------------------------------------------------- */

const UNITS = [[1e9, "s", 9], [1e6, "ms", 6], [1e3, "µs", 3], [1, "ns", 0]];

/* Exactly, in the largest unit of which there is one: "1.5 s", "250 ms". */
function time(ns) {
  if (ns === 0) return "0";
  const [unit, name, digits] = UNITS.find(([unit]) => Math.abs(ns) >= unit) || UNITS[3];
  const whole = Math.trunc(Math.abs(ns) / unit), rest = Math.round(Math.abs(ns) % unit);
  const decimals = String(rest).padStart(digits, "0").replace(/0+$/, "");
  return `${ns < 0 ? "−" : ""}${whole.toLocaleString("en")}${rest > 0 ? "." + decimals : ""} ${name}`;
}

const percent = share => `${(100 * share).toFixed(1)} %`;
const count = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;

/* --- Colours -------------------------------------------------------------------------------------- */

const ROLES = ["background", "panel", "outside", "border", "grid", "highlight", "text", "muted", "life",
               "wait", "wait-fill", "sleep", "sleep-edge", "run", "strip", "wake", "accent", "alert",
               "mark", "ink",
               ...[0, 1, 2, 3, 4, 5].flatMap(i => [`span-${i}`, `span-edge-${i}`])];
let colours = {};

function readColours() {
  const probe = element("i", {hidden: true});
  document.body.append(probe);
  colours = Object.fromEntries(ROLES.map(role => {
    probe.style.color = `var(--${role})`;
    return [role, getComputedStyle(probe).color];
  }));
  probe.remove();
}

const isDark = () => root.dataset.theme ? root.dataset.theme === "dark"
                                        : matchMedia("(prefers-color-scheme: dark)").matches;

/* --- A run ---------------------------------------------------------------------------------------- */

class Run {
  constructor(raw) {
    Object.assign(this, raw);
    [this.name, this.scenario, this.clock, this.outcome] = raw.head.map(word);
    for (const list of ["lanes", "bars", "wakes", "marks"]) this[list] = rows(raw[list], fields[list]);
    for (const lane of this.lanes) Object.assign(lane, {bars: [], marks: [], rows: 1});
    for (const bar of this.bars) this.place(bar);
    for (const mark of this.marks) this.lanes[mark.lane].marks.push(mark);
    for (const wake of this.wakes) if (wake.bar >= 0) this.bars[wake.bar].wake = wake;
  }

  /* In which row of its lane a bar is drawn: a span in that of its depth; what it does meanwhile over
   * it. Time that passes inside a span is its work: only waits are drawn there. */
  place(bar) {
    const lane = this.lanes[bar.lane];
    const over = bar.kind !== SPAN && bar.depth > 0;
    bar.end = bar.begin + bar.length;
    bar.row = over ? bar.depth - 1 : bar.depth;
    bar.over = over;
    if (over && bar.kind !== WAIT) return;
    lane.bars.push(bar);
    lane.rows = Math.max(lane.rows, bar.row + 1);
  }

  get whole() { return this.from <= this.begin && this.to >= this.end && this.lanes_left === 0; }
  get ended() { return this.outcome === "complete"; }
}

/* Durations of spans in at most six classes, from the shortest to the longest; those that are all but
 * equal share one. Returns a function from a length to its class, and their labels. */
function classify(runs) {
  const lengths = runs.flatMap(run => run.bars.filter(bar => bar.kind === SPAN).map(bar => bar.length))
    .sort((a, b) => a - b);
  let groups = [];
  for (const length of lengths) {
    const last = groups[groups.length - 1];
    if (last && length <= last.low * 1.02) last.high = length;
    else groups.push({low: length, high: length});
  }
  while (groups.length > 6) { /* join the two whose lengths differ by the smallest factor */
    let best = 1;
    const factor = i => (groups[i].high + 1) / (groups[i - 1].low + 1);
    if (groups.length > 64) { /* first by size alone, so that many lengths cost no square of it */
      groups = groups.filter((group, i) => i % 2 === 0).map((group, i) =>
        ({low: group.low, high: (groups[2 * i + 1] || group).high}));
      continue;
    }
    for (let i = 2; i < groups.length; i++) if (factor(i) < factor(best)) best = i;
    groups.splice(best - 1, 2, {low: groups[best - 1].low, high: groups[best].high});
  }
  const label = group => group.low === group.high ? time(group.low)
                                                  : `${time(group.low)} – ${time(group.high)}`;
  return {of: length => Math.max(0, groups.findIndex(group => length <= group.high)),
          labels: groups.map(label)};
}

/* --- Drawing bars ---------------------------------------------------------------------------------- */

/* Stripes; one pattern for each theme and scale. */
function hatch(context, scale) {
  const tile = element("canvas", {width: 8 * scale, height: 8 * scale});
  const pen = tile.getContext("2d");
  pen.scale(scale, scale);
  pen.strokeStyle = colours.wait;
  pen.lineWidth = 1;
  pen.globalAlpha = .55;
  pen.beginPath();
  for (const x of [-4, 0, 4, 8]) { pen.moveTo(x, 8); pen.lineTo(x + 8, 0); }
  pen.stroke();
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern;
}

/* A bar of a kind into a rectangle; `look` has the class of a span, the pattern, and what is wrong. */
function paint(pen, kind, x, y, width, height, look) {
  const box = (inset) => {
    const h = height - 2 * inset, r = Math.min(3, width / 2, h / 2);
    pen.beginPath();
    pen.roundRect(x + .5, y + inset + .5, Math.max(width - 1, .5), h - 1, Math.max(r - .5, 0));
  };
  pen.lineWidth = 1;
  if (kind === SPAN) {
    box(0);
    pen.fillStyle = colours[`span-${look.colour}`];
    pen.strokeStyle = colours[`span-edge-${look.colour}`];
    pen.fill();
    pen.stroke();
  } else if (kind === WAIT) {
    box(look.over ? 0 : 1);
    pen.fillStyle = colours["wait-fill"];
    if (!look.over) pen.fill();
    pen.fillStyle = look.hatch;
    pen.fill();
    pen.strokeStyle = look.bad ? colours.alert : colours.wait;
    pen.stroke();
  } else if (kind === LANE) {
    box(1);
    pen.fillStyle = colours["wait-fill"];
    pen.strokeStyle = colours.strip;
    pen.fill();
    pen.stroke();
  } else {
    box(kind === RUN ? 5 : 4);
    pen.fillStyle = kind === SLEEP ? colours.sleep : kind === RUN ? colours.run : colours.background;
    pen.strokeStyle = kind === RUN ? colours.run : colours["sleep-edge"];
    pen.fill();
    pen.stroke();
  }
}

/* As much of a text as fits; "" where that is nothing to read. */
function fitted(pen, text, width) {
  const full = pen.measureText(text).width;
  if (full <= width) return text;
  const room = Math.floor(text.length * (width - 8) / full);
  return room < 2 ? "" : [...text].slice(0, room).join("") + "…";
}

/* --- A chart ---------------------------------------------------------------------------------------- */

const ROW = 22, BAR = 16, GAP = 4, AXIS = 28, RIGHT = 16;
const WAKES_FEW = 300; /* arrows that are drawn without being asked for */
const FONT = "12px Inter, system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

class Chart {
  constructor(run, section, title) {
    Object.assign(this, {run, section, wanted: false, hover: null, target: null, wakesInView: 0});
    this.axis = element("canvas", {class: "axis", "aria-hidden": "true"});
    this.canvas = element("canvas", {"aria-hidden": "true"});
    this.chosen = element("div", {class: "chosen", hidden: true});
    this.when = element("div", {class: "when", hidden: true});
    this.room = element("div", {class: "room"}, this.canvas,
                        element("div", {class: "clip"}, this.when, this.chosen));
    this.lanes = element("div", {class: "lanes", tabindex: "0", role: "application",
                                 "aria-roledescription": "timeline",
                                 "aria-label": `${run.name}: ${count(run.lanes.length, "lane")}`},
                         this.room);
    this.element = element("section", {class: "chart"}, title,
                           element("div", {class: "frame"}, this.axis, this.lanes));
    let top = GAP;
    for (const lane of run.lanes) {
      lane.top = top;
      top += lane.rows * ROW + GAP;
    }
    this.height = top;
    this.room.style.height = `${top}px`;
    this.listen();
  }

  /* --- Where things are --- */

  get view() { return this.section.view; }
  get left() { return this.section.left; }
  x(t) {
    return this.left + (t - this.view.from) / (this.view.to - this.view.from) *
           (this.width - this.left - RIGHT);
  }
  t(x) {
    return this.view.from + (x - this.left) / Math.max(this.width - this.left - RIGHT, 1) *
           (this.view.to - this.view.from);
  }
  box(bar) {
    const lane = this.run.lanes[bar.lane], x = this.x(bar.begin);
    return {x, y: lane.top + bar.row * ROW + (ROW - BAR) / 2, width: Math.max(this.x(bar.end) - x, 1),
            height: BAR};
  }
  spot(mark) {
    const lane = this.run.lanes[mark.lane];
    return {x: this.x(mark.time), y: lane.top + lane.rows * ROW - 2};
  }
  laneAt(y) {
    let low = 0, high = this.run.lanes.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.run.lanes[middle].top <= y) low = middle;
      else high = middle;
    }
    return this.run.lanes[low];
  }

  /* The bar or the mark at a place of the lanes, or nothing. A mark before a bar, and of bars the
   * innermost. */
  at(x, y) {
    const lane = this.laneAt(y);
    if (!lane || x < this.left) return null;
    const near = lane.marks.find(mark => {
      const spot = this.spot(mark);
      return Math.abs(spot.x - x) <= 5 && Math.abs(spot.y - y) <= 5;
    });
    if (near) return {mark: near};
    let best = null;
    for (const bar of lane.bars) {
      const box = this.box(bar);
      if (x < box.x - 2 || x > box.x + box.width + 2 || y < box.y || y > box.y + box.height) continue;
      const exact = x >= box.x && x <= box.x + box.width;
      if (!best || (exact && (!best.exact || bar.length <= best.bar.length))) best = {bar, exact};
    }
    return best && {bar: best.bar};
  }

  /* --- Drawing --- */

  want() {
    if (this.wanted) return;
    this.wanted = true;
    requestAnimationFrame(() => { this.wanted = false; this.draw(); });
  }

  resize(canvas, width, height) {
    const scale = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.font = FONT;
    pen.textBaseline = "middle";
    return pen;
  }

  draw() {
    this.width = this.lanes.clientWidth;
    const height = Math.min(this.lanes.clientHeight, this.height);
    if (this.width === 0) return;
    const top = Math.min(this.lanes.scrollTop, this.height - height);
    const pen = this.resize(this.canvas, this.width, height);
    const ticks = this.ticks();
    pen.fillStyle = colours.background;
    pen.fillRect(0, 0, this.width, height);
    pen.save();
    pen.translate(0, -top);
    const visible = this.run.lanes.filter(lane => lane.top + lane.rows * ROW + GAP >= top &&
                                                  lane.top <= top + height);
    this.drawGround(pen, top, height, ticks);
    pen.save();
    pen.beginPath();
    pen.rect(this.left, top, this.width - this.left, height);
    pen.clip();
    const stripes = hatch(pen, devicePixelRatio || 1);
    for (const lane of visible) this.drawLane(pen, lane, stripes);
    this.drawWakes(pen, top, height);
    for (const lane of visible) this.drawMarks(pen, lane);
    pen.restore();
    for (const lane of visible) this.drawName(pen, lane);
    pen.restore();
    this.drawAxis(ticks);
    this.showTarget();
    this.section.sayWakes();
  }

  ticks() {
    const span = this.view.to - this.view.from;
    const wish = span / Math.max((this.width - this.left) / 96, 1);
    const power = 10 ** Math.floor(Math.log10(Math.max(wish, 1)));
    const step = [1, 2, 5, 10].map(factor => factor * power).find(step => step >= wish) || 1;
    const first = Math.ceil(this.view.from / step), ticks = [];
    for (let i = first; i * step <= this.view.to && ticks.length < 200; i++) ticks.push(i * step);
    const most = Math.max(Math.abs(this.view.from), Math.abs(this.view.to));
    const [unit, name] = UNITS.find(([unit]) => most >= unit) || UNITS[3];
    const digits = Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9));
    return ticks.map(t => ({t, label: `${(t / unit).toFixed(digits)} ${name}`}));
  }

  drawGround(pen, top, height, ticks) {
    pen.fillStyle = colours.outside;
    const begin = Math.max(this.x(this.run.begin), this.left), end = this.x(this.run.end);
    if (begin > this.left) pen.fillRect(this.left, top, begin - this.left, height);
    if (end < this.width) pen.fillRect(Math.max(end, this.left), top, this.width - end, height);
    pen.fillStyle = colours.grid;
    for (const {t} of ticks) {
      const x = Math.round(this.x(t));
      if (x >= this.left) pen.fillRect(x, top, 1, height);
    }
    if (this.hover) {
      pen.fillStyle = colours.highlight;
      const lane = this.run.lanes[(this.hover.bar || this.hover.mark).lane];
      pen.fillRect(0, lane.top - GAP / 2, this.width, lane.rows * ROW + GAP);
    }
  }

  drawLane(pen, lane, stripes) {
    const middle = lane.top + ROW / 2;
    pen.fillStyle = colours.life;
    const from = Math.max(this.x(lane.begin), this.left), to = Math.min(this.x(lane.end), this.width);
    if (lane.kind === TASK && to >= from) pen.fillRect(from, middle - .5, Math.max(to - from, 1), 1);
    /* What is narrower than a pixel is drawn once for all that is there. */
    const reached = new Map();
    for (const bar of lane.bars) {
      const box = this.box(bar);
      if (box.x > this.width || box.x + box.width < this.left) continue;
      const key = bar.row * 8 + bar.kind;
      if (box.width <= 1 && reached.get(key) === Math.floor(box.x)) continue;
      reached.set(key, Math.floor(box.x));
      paint(pen, bar.kind, box.x, box.y, box.width, box.height,
            {colour: this.section.classes.of(bar.length), over: bar.over, hatch: stripes,
             bad: (bar.flags & PENDING) !== 0 && !this.run.ended});
      if (!bar.over && box.width > 28) this.drawLabel(pen, bar, box);
    }
    this.drawEnd(pen, lane, middle);
  }

  drawLabel(pen, bar, box) {
    if (bar.kind === READY || bar.kind === SLEEP || bar.kind === RUN) return;
    const from = Math.max(box.x, this.left), to = Math.min(box.x + box.width, this.width);
    const text = fitted(pen, word(bar.name), to - from - 12);
    if (bar.kind === WAIT && text !== "") { /* a label on stripes has a ground of its own */
      pen.fillStyle = colours["wait-fill"];
      pen.fillRect(from + 4, box.y + 2, pen.measureText(text).width + 4, box.height - 4);
    }
    pen.fillStyle = bar.kind === SPAN ? colours.ink : colours.muted;
    pen.fillText(text, from + 6, box.y + box.height / 2 + .5);
  }

  /* A task that failed ends in a cross, one that was cancelled in a ring. */
  drawEnd(pen, lane, middle) {
    const x = this.x(lane.end);
    if (lane.kind !== TASK || (lane.outcome !== 2 && lane.outcome !== 3)) return;
    pen.strokeStyle = lane.outcome === 2 ? colours.alert : colours.muted;
    pen.lineWidth = 2;
    pen.beginPath();
    if (lane.outcome === 2) {
      pen.moveTo(x - 4, middle - 4); pen.lineTo(x + 4, middle + 4);
      pen.moveTo(x + 4, middle - 4); pen.lineTo(x - 4, middle + 4);
    } else {
      pen.arc(x, middle, 4, 0, 2 * Math.PI);
    }
    pen.stroke();
  }

  /* All arrows where they are few, else those of what is selected or pointed at. */
  drawWakes(pen, top, height) {
    const shown = this.run.wakes.filter(wake => wake.to >= this.view.from && wake.from <= this.view.to);
    const mode = this.section.wakes;
    this.wakesInView = shown.length;
    const of = [this.hover, this.section.selected && this.section.selected.chart === this
      ? this.section.selected : null].map(what => what && what.bar).filter(Boolean);
    for (const wake of shown) {
      const own = of.some(bar => bar.wake === wake ||
                                 (wake.by === bar.lane && wake.from >= bar.begin && wake.from <= bar.end));
      if (own || (mode !== "none" && (mode === "all" || shown.length <= WAKES_FEW)))
        this.drawWake(pen, wake, own, top, height);
    }
  }

  drawWake(pen, wake, strong, top, height) {
    if (wake.by < 0 || wake.by === wake.lane) return;
    const source = this.run.lanes[wake.by], lane = this.run.lanes[wake.lane];
    const down = lane.top > source.top;
    const y0 = source.top + (down ? source.rows * ROW - 3 : 3);
    const y1 = lane.top + (down ? 3 : lane.rows * ROW - 3);
    if (Math.max(y0, y1) < top || Math.min(y0, y1) > top + height) return;
    const x0 = this.x(wake.from), x1 = this.x(wake.to), way = down ? -1 : 1;
    const trace = (colour, width) => {
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = width;
      pen.beginPath();
      pen.moveTo(x0, y0);
      pen.lineTo(x1, y1 + 5 * way);
      pen.stroke();
    };
    trace(colours.background, strong ? 5 : 3);
    trace(strong ? colours.accent : colours.wake, strong ? 2 : 1);
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x1 - 3.5, y1 + 7 * way);
    pen.lineTo(x1 + 3.5, y1 + 7 * way);
    pen.fill();
  }

  drawMarks(pen, lane) {
    let last = null;
    for (const mark of lane.marks) {
      const spot = this.spot(mark), kind = word(mark.kind);
      if (spot.x < this.left - 4 || spot.x > this.width + 4) continue;
      const dot = ["print", "span", "wait", "data"].includes(kind);
      if (dot && last !== null && spot.x - last < 1) continue;
      if (dot) last = spot.x;
      pen.fillStyle = dot ? colours.mark : colours.alert;
      pen.beginPath();
      if (dot) {
        pen.arc(spot.x, spot.y, 2.25, 0, 2 * Math.PI);
      } else {
        pen.moveTo(spot.x, spot.y - 5); pen.lineTo(spot.x + 5, spot.y);
        pen.lineTo(spot.x, spot.y + 5); pen.lineTo(spot.x - 5, spot.y);
      }
      pen.fill();
    }
  }

  drawName(pen, lane) {
    const bad = lane.outcome === 2 || (lane.outcome === 4 && !this.run.ended);
    pen.fillStyle = bad ? colours.alert : lane.kind === TASK ? colours.text : colours.muted;
    pen.fillText(fitted(pen, word(lane.name), this.left - 22), 12, lane.top + ROW / 2 + .5);
  }

  drawAxis(ticks) {
    const pen = this.resize(this.axis, this.width, AXIS);
    pen.fillStyle = colours.panel;
    pen.fillRect(0, 0, this.width, AXIS);
    let free = 0;
    for (const {t, label} of ticks) {
      const x = this.x(t), width = pen.measureText(label).width;
      if (x < this.left - 1) continue;
      pen.fillStyle = colours.border;
      pen.fillRect(Math.round(x), AXIS - 6, 1, 6);
      const at = Math.min(Math.max(x - width / 2, this.left - 6), this.width - width - 4);
      if (at < free) continue;
      pen.fillStyle = colours.muted;
      pen.fillText(label, at, AXIS / 2 - 1);
      free = at + width + 14;
    }
  }

  /* What a difference, or the selection, is about: a frame around it, and a line at its time. */
  showTarget() {
    const target = this.target;
    const inside = t => t >= this.view.from && t <= this.view.to;
    this.chosen.hidden = !target || (!target.bar && !target.mark && target.lane === undefined);
    this.when.hidden = !target || !target.line || !inside(target.time);
    if (!target) return;
    this.when.style.left = `${this.x(target.time)}px`;
    if (this.chosen.hidden) return;
    const lane = target.lane === undefined ? null : this.run.lanes[target.lane];
    let box = target.bar ? this.box(target.bar)
                         : {x: this.x(target.time) - 5, y: lane.top + 2, width: 10,
                            height: lane.rows * ROW - 4};
    if (target.mark) box = {x: this.spot(target.mark).x - 7, y: this.spot(target.mark).y - 7,
                            width: 14, height: 14};
    const from = Math.max(box.x - 3, this.left - 3), to = Math.min(box.x + box.width + 3, this.width);
    this.chosen.hidden = to <= from;
    Object.assign(this.chosen.style, {left: `${from}px`, top: `${box.y - 3}px`,
                                      width: `${Math.max(to - from, 4)}px`,
                                      height: `${box.height + 6}px`});
  }

  /* --- Moving --- */

  scrollTo(laneIndex) {
    const lane = this.run.lanes[laneIndex], height = this.lanes.clientHeight;
    if (lane.top < this.lanes.scrollTop || lane.top + lane.rows * ROW > this.lanes.scrollTop + height)
      this.lanes.scrollTop = Math.max(0, lane.top - height / 2 + ROW / 2);
  }

  listen() {
    const place = event => {
      const bounds = this.room.getBoundingClientRect();
      return [event.clientX - bounds.left, event.clientY - bounds.top];
    };
    this.lanes.addEventListener("scroll", () => this.want(), {passive: true});
    this.lanes.addEventListener("wheel", event => this.onWheel(event, place(event)), {passive: false});
    this.lanes.addEventListener("keydown", event => this.section.onKey(event, this));
    this.lanes.addEventListener("pointerdown", event => this.onPress(event, place(event)));
    this.lanes.addEventListener("pointermove", event => this.onMove(event, place(event)));
    this.lanes.addEventListener("pointerup", event => this.onRelease(event, place(event)));
    this.lanes.addEventListener("pointercancel", () => { this.drag = null; });
    this.lanes.addEventListener("pointerleave", () => this.point(null));
    this.lanes.addEventListener("dblclick", event => {
      const what = this.at(...place(event));
      if (what && what.bar) this.section.zoomTo(what.bar);
    });
  }

  onWheel(event, [x]) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.section.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 120), this.t(x));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.section.pan((event.shiftKey ? event.deltaY || event.deltaX : event.deltaX) /
                       Math.max(this.width - this.left, 1));
    }
  }

  onPress(event, [x, y]) {
    if (event.button !== 0) return;
    this.drag = {x, y: event.clientY, from: this.view.from, to: this.view.to,
                 scroll: this.lanes.scrollTop, moved: false};
  }

  onMove(event, [x, y]) {
    if (!this.drag) {
      this.point(this.at(x, y), event);
      return;
    }
    const dx = x - this.drag.x, dy = event.clientY - this.drag.y;
    if (!this.drag.moved && Math.abs(dx) + Math.abs(dy) < 4) return;
    if (!this.drag.moved) this.lanes.setPointerCapture(event.pointerId);
    this.drag.moved = true;
    this.point(null);
    const shift = dx / Math.max(this.width - this.left - RIGHT, 1) * (this.drag.to - this.drag.from);
    this.lanes.scrollTop = this.drag.scroll - dy;
    this.section.show(this.drag.from - shift, this.drag.to - shift);
  }

  onRelease(event, [x, y]) {
    const drag = this.drag;
    this.drag = null;
    if (!drag || drag.moved) return;
    const what = this.at(x, y);
    this.section.select(what ? {chart: this, ...what} : null);
  }

  point(what, event) {
    const same = (a, b) => (a && (a.bar || a.mark)) === (b && (b.bar || b.mark));
    if (!same(this.hover, what)) {
      this.hover = what;
      this.want();
    }
    tip(what && describe(this, what), event);
  }
}

/* --- In words ------------------------------------------------------------------------------------- */

/* [title, [[term, what], ...]] of a bar or a mark. */
function describe(chart, what) {
  const {run} = chart, terms = [];
  if (what.mark) {
    const {mark} = what, kind = word(mark.kind);
    terms.push(["at", time(mark.time)], ["in", word(run.lanes[mark.lane].name)]);
    if (kind === "data") return [`${count(Number(word(mark.detail)), "byte")} ${word(mark.name)}`, terms];
    if (mark.detail) terms.push(["", word(mark.detail)]);
    return [["span", "wait"].includes(kind) ? `${word(mark.name)} (${kind} without length)`
                                            : `${kind === "print" ? "" : kind + ": "}${word(mark.name)}`, terms];
  }
  const {bar} = what, cut = bar.flags & OPEN;
  terms.push(["for", time(bar.length) + (cut ? " and longer" : "")],
             ["from", time(bar.begin)], ["to", time(bar.end)],
             ["in", word(run.lanes[bar.lane].name)]);
  if (bar.wake && bar.wake.by >= 0) terms.push(["ended by", word(run.lanes[bar.wake.by].name)]);
  if (bar.flags & PENDING) terms.push(["", "not over when the run ended"]);
  if (bar.detail && word(bar.detail) !== "pending") terms.push(["", word(bar.detail)]);
  return [word(bar.name), [["", KINDS[bar.kind]], ...terms]];
}

const tipElement = element("div", {id: "tip", hidden: true, "aria-hidden": "true"});

function tip(words, event) {
  tipElement.hidden = !words;
  if (!words) return;
  const [title, terms] = words;
  tipElement.replaceChildren(element("strong", {}, named(title)),
    element("span", {}, ...terms.slice(0, 6).flatMap(([term, what], i) =>
      [i ? " · " : "", term ? `${term} ` : "", named(what)])));
  const {width, height} = tipElement.getBoundingClientRect();
  const x = event.clientX + 14 + width > innerWidth ? event.clientX - width - 10 : event.clientX + 14;
  const y = event.clientY + 18 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 18;
  Object.assign(tipElement.style, {left: `${Math.max(4, x)}px`, top: `${Math.max(4, y)}px`});
}

/* --- A section -------------------------------------------------------------------------------------- */

class Section {
  constructor(raw) {
    this.runs = (raw.runs || []).map(run => new Run(run));
    this.differences = rows(raw.differences || [], fields.differences);
    Object.assign(this, {raw, selected: null, current: -1, wakes: "few", left: 120});
    this.classes = classify(this.runs);
    this.element = element("div", {class: "section"});
    this.details = element("div", {class: "details", role: "status", "aria-live": "polite"});
    const begins = this.runs.map(run => Math.max(run.from, run.begin));
    const ends = this.runs.map(run => Math.min(run.to, run.end));
    this.all = {from: Math.min(...begins), to: Math.max(...ends, Math.min(...begins) + 1)};
    this.view = {...this.all};
    this.charts = this.runs.map((run, i) => new Chart(run, this, this.title(run, i)));
    this.build();
  }

  get compared() { return this.runs.length === 2; }

  title(run, i) {
    if (!this.compared) return "";
    return element("h3", {}, element("span", {class: "side"}, "AB"[i]), named(run.name),
                   element("small", {}, `${run.outcome || "cut short"}, ${time(run.end)}`));
  }

  build() {
    this.element.append(...this.notices());
    if (this.runs.length > 0) {
      const charts = element("div", {class: "charts"}, ...this.charts.map(chart => chart.element),
                             this.legend(), ...(this.compared ? [] : [this.details]));
      const stage = element("div", {class: this.compared ? "stage compared" : "stage"},
                            ...(this.compared ? [this.list()] : []), charts);
      this.element.append(this.figures(), stage,
                          element("div", {class: "tables"}, ...this.tables()));
      this.describeSelection();
    }
  }

  /* What is not as one would think: a stretch alone, a run that did not end well. */
  notices() {
    const notices = [];
    const add = (bad, ...words) =>
      notices.push(element("p", {class: bad ? "notice bad" : "notice"}, ...words.map(named)));
    if (this.raw.text)
      notices.push(element("pre", {class: "notice bad"}, named(word(this.raw.text))));
    this.runs.forEach((run, i) => {
      const which = this.compared ? `${"AB"[i]}: ` : "";
      if (!run.whole) add(false, `${which}${this.whatIsThere(run)} The figures are of the whole run.`);
      if (run.own && run.complete && !run.ended) add(true, `${which}${this.whyStuck(run)}`);
      if (!run.complete) add(true, `${which}the trace was cut short: this is what there was of it.`);
    });
    if (this.raw.left)
      add(false, `${count(this.raw.left, "difference")} more ${this.raw.left === 1 ? "is" : "are"} not in this page.`);
    return notices;
  }

  /* "This page has 0 to 3 s of 142 s, and 500 of 70,000 tasks." */
  whatIsThere(run) {
    const from = Math.max(run.from, run.begin), to = Math.min(run.to, run.end);
    const tasks = run.lanes.filter(lane => lane.kind === TASK).length;
    const parts = [];
    if (from > run.begin || to < run.end) parts.push(`${time(from)} to ${time(to)} of ${time(run.end)}`);
    if (run.lanes_left > 0)
      parts.push(`${tasks.toLocaleString("en")} of ${count(tasks + run.lanes_left, "task")}`);
    return `${count(run.events, "event")} are too much for a page: this one has ${parts.join(", and ")}.`;
  }

  /* How a run ended that is not complete, and what its tasks still waited for. */
  whyStuck(run) {
    const waits = run.bars.filter(bar => bar.flags & PENDING && bar.kind === WAIT);
    const told = waits.slice(0, 5).map(bar => `${word(run.lanes[bar.lane].name)} waits for ` +
      (bar.detail ? word(bar.detail) : word(bar.name)));
    if (waits.length > 5) told.push(`and ${waits.length - 5} more wait`);
    return `${run.outcome} at ${time(run.end)}${told.length ? ": " : ""}${told.join("; ")}`;
  }

  figures() {
    const list = element("dl", {class: "figures"});
    const add = (term, what, more = "") => list.append(element("div", {}, element("dt", {}, term),
      element("dd", {}, what, element("small", {}, more))));
    const pair = (of, form) => {
      const values = this.runs.map(of);
      return values.every(value => value === values[0]) ? [form(values[0])]
                                                        : [`${form(values[0])} → ${form(values[1])}`];
    };
    const told = this.runs.every(run => run.statistics);
    add(this.runs.every(run => run.ended) ? "makespan" : "length", ...pair(run => run.end, time));
    if (told) {
      const figure = key => run => run.statistics.run[key];
      add("tasks", ...pair(figure("tasks"), value => value.toLocaleString("en")));
      add("at work, mean", ...pair(figure("at_work_mean"), value => value.toFixed(2)));
      add("at work, peak", ...pair(figure("at_work_peak"), value => value.toLocaleString("en")));
      add("waited, in all", ...pair(figure("waiting_ns"), time));
    }
    if (this.compared) {
      const roots = this.differences.filter(one => one.root === one.index).length;
      add("differences", String(this.raw.roots ?? roots),
          this.raw.followers ? `and ${count(this.raw.followers, "consequence")}` : "");
    }
    return list;
  }

  legend() {
    const list = element("ul", {class: "legend", "aria-label": "Legend"});
    this.swatches = [];
    const add = (kind, label, colour = 0) => {
      const canvas = element("canvas", {"aria-hidden": "true"});
      this.swatches.push({canvas, kind, colour});
      list.append(element("li", {}, canvas, label));
    };
    this.classes.labels.forEach((label, i) => add(SPAN, label, i));
    const there = kind => this.runs.some(run => run.lanes.some(lane =>
      lane.bars.some(bar => bar.kind === kind)));
    [[WAIT, "waits"], [SLEEP, "sleeps"], [READY, "ready, not running yet"], [RUN, "keeps the loop busy"],
     [LANE, "connection or program"]]
      .forEach(([kind, label]) => { if (there(kind)) add(kind, label); });
    this.wakesShown = element("li", {class: "wakes"});
    if (this.runs.some(run => run.wakes.length > 0)) list.append(this.wakesShown);
    return list;
  }

  /* Which wakes are drawn: nothing is left out in silence. */
  sayWakes() {
    const most = Math.max(...this.charts.map(chart => chart.wakesInView));
    const few = this.wakes === "few" && most > WAKES_FEW;
    this.wakesShown.textContent = this.wakes === "none" ? "no wakes are drawn (W)"
      : few ? `of ${count(most, "wake")} those of what is selected are drawn (W: all)` : "→ wakes";
  }

  drawLegend() {
    for (const {canvas, kind, colour} of this.swatches || []) {
      const pen = this.charts[0].resize(canvas, 22, 12);
      pen.clearRect(0, 0, 22, 12);
      const inset = {[SPAN]: 1, [WAIT]: 0, [LANE]: 0}[kind] ?? -2;
      paint(pen, kind, 0, inset, 22, 12 - 2 * inset,
            {colour, over: false, hatch: hatch(pen, devicePixelRatio || 1), bad: false});
    }
  }

  /* --- Showing --- */

  layout() {
    const pen = element("canvas").getContext("2d");
    pen.font = FONT;
    const widths = this.runs.flatMap(run => run.lanes.slice(0, 2000).map(lane =>
      pen.measureText(word(lane.name)).width));
    const most = Math.min(180, Math.max(innerWidth * .2, 72));
    this.left = Math.ceil(Math.min(Math.max(...widths, 36), most)) + 24;
    this.drawLegend();
    this.draw();
  }

  draw() { this.charts.forEach(chart => chart.draw()); }
  want() { this.charts.forEach(chart => chart.want()); }

  /* From a time to another, as far as there is something, and no shorter than can be told apart. */
  show(from, to) {
    const all = this.all, slack = (all.to - all.from) * .02;
    const span = Math.min(Math.max(to - from, 20), all.to - all.from + 2 * slack);
    from = Math.min(Math.max(from, all.from - slack), all.to + slack - span);
    this.view = {from, to: from + span};
    this.want();
  }
  pan(share) {
    const span = this.view.to - this.view.from;
    this.show(this.view.from + share * span, this.view.to + share * span);
  }
  zoom(factor, around = (this.view.from + this.view.to) / 2) {
    const {from, to} = this.view;
    this.show(around - (around - from) * factor, around + (to - around) * factor);
  }
  zoomTo(bar) {
    const margin = Math.max(bar.length * .35, 10);
    this.show(bar.begin - margin, bar.end + margin);
  }
  fit() { this.show(this.all.from, this.all.to); }

  /* --- The selection --- */

  select(what) {
    this.selected = what;
    this.current = -1;
    this.markCurrent();
    for (const chart of this.charts) chart.target = null;
    if (what) {
      const {chart, bar, mark} = what;
      chart.target = bar ? {bar, lane: bar.lane, time: bar.begin} : {mark, lane: mark.lane, time: mark.time};
      chart.scrollTo((bar || mark).lane);
      this.bring(chart.target);
    }
    this.tell();
    this.describeSelection();
    this.want();
  }

  /* Into view, and wide enough to be seen. */
  bring(target) {
    const {from, to} = this.view;
    const length = target.bar ? target.bar.length : 0, end = target.time + length;
    const visible = target.time <= to && end >= from;
    const least = Math.max(length * 4, (this.all.to - this.all.from) / 1000, 40);
    if (visible && (length === 0 || length >= (to - from) / 400)) return;
    const span = visible ? Math.min(to - from, Math.max(least, length * 8)) : Math.max(least, Math.min(to - from, this.all.to - this.all.from));
    const middle = target.time + length / 2;
    this.show(middle - span / 2, middle + span / 2);
  }

  /* What is marked, as words on the elements: for who cannot see the frame. */
  tell() {
    for (const chart of this.charts) {
      const target = chart.target;
      if (!target) delete chart.element.dataset.marked;
      else if (target.bar) chart.element.dataset.marked = `${word(target.bar.name)} in ${word(chart.run.lanes[target.lane].name)}`;
      else if (target.mark) chart.element.dataset.marked = `${word(target.mark.name)} in ${word(chart.run.lanes[target.lane].name)}`;
      else if (target.lane !== undefined) chart.element.dataset.marked = word(chart.run.lanes[target.lane].name);
      else chart.element.dataset.marked = `at ${time(target.time)}`;
    }
  }

  describeSelection() {
    if (this.selected) {
      const [title, terms] = describe(this.selected.chart, this.selected);
      this.details.replaceChildren(element("h3", {}, named(title)), element("dl", {},
        ...terms.map(([term, what]) => element("div", {}, element("dt", {}, `${term} `),
                                               element("dd", {}, named(what))))));
    } else if (this.current >= 0) {
      const one = this.differences[this.current];
      this.details.replaceChildren(element("h3", {}, named(word(one.sentence))), element("dl", {},
        element("div", {}, element("dt", {}, ""), element("dd", {}, this.timesOf(one))),
        ...["A", "B"].map((side, i) => {
          const marked = this.charts[i].element.dataset.marked;
          return element("div", {}, element("dt", {}, `${side} `), element("dd", {},
            one[`time${side}`] < 0 ? "does not have it" : named(marked || `at ${time(one[`time${side}`])}, not in this page`)));
        })));
    } else {
      this.details.replaceChildren(element("p", {class: "idle"},
        this.compared ? "Click a difference: it is marked in both timelines. Click a bar for what it is."
                      : "Click a bar for what it is, and who ended it. Ctrl and the wheel zoom; ? lists the keys."));
    }
  }

  /* --- Differences --- */

  timesOf(one) {
    const kind = word(one.kind);
    if (one.timeA < 0 || one.timeB < 0)
      return `${kind} · only in ${one.timeA < 0 ? "B" : "A"}, at ${time(Math.max(one.timeA, one.timeB))}`;
    const moved = one.timeB - one.timeA;
    return `${kind} · at ${time(one.timeA)}` +
           (moved === 0 ? "" : `, in B ${moved > 0 ? "+" : ""}${time(moved)}`);
  }

  item(one) {
    const isRoot = one.root === one.index;
    one.button = element("button", {type: "button", class: isRoot ? "difference" : "difference consequence",
                                    "data-difference": one.index},
      element("span", {class: "sign", "aria-hidden": "true"}, SIGNS[word(one.kind)] || "≠"),
      named(word(one.sentence)), element("small", {}, this.timesOf(one)));
    one.button.addEventListener("click", () => this.choose(one.index));
    return one.button;
  }

  list() {
    const roots = this.differences.filter(one => one.root === one.index);
    const list = element("ol");
    for (const one of roots) {
      const entry = element("li", {}, this.item(one));
      const followers = this.differences.filter(other => other.root === one.index && other !== one);
      if (one.follow > 0) {
        const inner = element("ol", {}, ...followers.map(other => element("li", {}, this.item(other))));
        const left = one.follow - followers.length;
        if (left > 0) inner.append(element("li", {class: "more"}, `and ${left.toLocaleString("en")} more`));
        entry.append(element("details", {class: "follow"},
                             element("summary", {}, count(one.follow, "consequence")), inner));
      }
      list.append(entry);
    }
    const none = roots.length === 0 ? [element("p", {class: "more"}, "No difference in what causes what.")] : [];
    return element("aside", {class: "differences", "aria-label": "Differences"},
                   element("h2", {}, "Differences"), element("div", {class: "scroll"}, list, ...none), this.details);
  }

  markCurrent() {
    this.differences.forEach((one, i) => {
      if (i === this.current) one.button.setAttribute("aria-current", "true");
      else one.button.removeAttribute("aria-current");
    });
  }

  /* Marks a difference in both timelines. */
  choose(index) {
    const one = this.differences[index];
    this.selected = null;
    this.current = index;
    this.markCurrent();
    this.charts.forEach((chart, i) => {
      const [t, lane, bar, mark] = ["time", "lane", "bar", "mark"].map(key => one[key + "AB"[i]]);
      const other = one["time" + "BA"[i]];
      chart.target = {time: t < 0 ? other : t, line: true};
      if (lane >= 0) chart.target.lane = lane;
      if (bar >= 0) Object.assign(chart.target, {bar: chart.run.bars[bar], time: chart.run.bars[bar].begin});
      if (mark >= 0) chart.target.mark = chart.run.marks[mark];
      if (lane >= 0) chart.scrollTo(lane);
    });
    const first = this.charts.find((chart, i) => one["lane" + "AB"[i]] >= 0) || this.charts[0];
    this.bring(first.target);
    this.tell();
    this.describeSelection();
    this.draw();
    const follow = one.button.closest("details");
    if (follow) follow.open = true;
    one.button.scrollIntoView({block: "nearest"});
  }

  step(way) {
    const shown = this.differences.filter(one => {
      const follow = one.button.closest("details");
      return !follow || follow.open;
    });
    if (shown.length === 0) return;
    const at = shown.findIndex(one => one.index === this.current);
    const next = shown[at < 0 ? (way > 0 ? 0 : shown.length - 1)
                              : (at + way + shown.length) % shown.length];
    this.choose(next.index);
  }

  /* --- Keys --- */

  /* To the bar `way` from the selected one in its lane, or the first that is in view. */
  stepBar(chart, way) {
    const now = this.selected && this.selected.chart === chart ? this.selected.bar : null;
    const lanes = chart.run.lanes;
    const lane = now ? lanes[now.lane] : lanes.find(lane => lane.bars.length > 0);
    if (!lane) return;
    const next = now ? lane.bars[lane.bars.indexOf(now) + way]
                     : lane.bars.find(bar => bar.end >= this.view.from) || lane.bars[0];
    if (next) this.select({chart, bar: next});
  }

  /* To the bar of another lane that is nearest in time. */
  stepLane(chart, way) {
    const now = this.selected && this.selected.chart === chart ? this.selected.bar : null;
    if (!now) { this.stepBar(chart, 1); return; }
    for (let i = now.lane + way; i >= 0 && i < chart.run.lanes.length; i += way) {
      const {bars} = chart.run.lanes[i];
      if (bars.length === 0) continue;
      const away = bar => Math.abs(bar.begin - now.begin);
      this.select({chart, bar: bars.reduce((best, bar) => away(bar) < away(best) ? bar : best)});
      return;
    }
  }

  /* To who ended the selected wait; to the first wait that the selected bar ended. */
  follow(chart, forward) {
    const now = this.selected && this.selected.chart === chart ? this.selected.bar : null;
    if (!now) return;
    if (forward) {
      const wake = chart.run.wakes.find(wake => wake.by === now.lane && wake.bar >= 0 &&
                                                wake.from >= now.begin && wake.from <= now.end);
      if (wake) this.select({chart, bar: chart.run.bars[wake.bar]});
    } else if (now.wake && now.wake.by >= 0) {
      const bars = chart.run.lanes[now.wake.by].bars.filter(bar => bar.begin <= now.wake.from);
      const last = bars.filter(bar => bar.end >= now.wake.from).pop() || bars.pop();
      if (last) this.select({chart, bar: last});
    }
  }

  onKey(event, chart) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const bar = this.selected && this.selected.bar;
    const actions = {
      ArrowLeft: () => this.pan(-.15), ArrowRight: () => this.pan(.15),
      "+": () => this.zoom(.7), "=": () => this.zoom(.7), "-": () => this.zoom(1 / .7),
      0: () => this.fit(), f: () => this.fit(),
      Home: () => this.show(this.all.from, this.all.from + this.view.to - this.view.from),
      End: () => this.show(this.all.to - (this.view.to - this.view.from), this.all.to),
      n: () => this.stepBar(chart, 1), p: () => this.stepBar(chart, -1),
      j: () => this.stepLane(chart, 1), k: () => this.stepLane(chart, -1),
      "<": () => this.follow(chart, false), ">": () => this.follow(chart, true),
      Enter: () => bar && this.zoomTo(bar), z: () => bar && this.zoomTo(bar),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /* --- Tables --- */

  tables() {
    const told = this.runs.filter(run => run.statistics);
    if (told.length < this.runs.length) return [];
    return this.compared ? [this.effects()].filter(Boolean)
                         : [this.primitives(), this.outside(), this.tasks()].filter(Boolean);
  }

  table(title, heads, lines, more) {
    const cell = (what, i) => what instanceof Node && what.tagName === "TD" ? what
      : element("td", {class: heads[i].words ? "words" : what === "" || what === "–" ? "nothing" : ""}, what);
    return element("section", {}, element("h2", {}, title), element("div", {class: "wide"},
      element("table", {}, element("thead", {}, element("tr", {}, ...heads.map(head =>
        element("th", {scope: "col", class: head.words ? "words" : ""}, head.name)))),
      element("tbody", {}, ...lines.map(line => element("tr", {}, ...line.map(cell)))))),
      ...(more ? [element("p", {class: "more"}, more)] : []));
  }

  primitives() {
    const {statistics} = this.runs[0], {primitives} = statistics;
    if (primitives.length === 0) return null;
    const meter = share => {
      const bar = element("i");
      bar.style.width = `${Math.min(100, 100 * share)}%`;
      return element("span", {}, element("span", {class: "meter", "aria-hidden": "true"}, bar), percent(share));
    };
    const heads = [{name: "primitive"}, {name: "used"}, {name: "mean level"}, {name: "peak"},
                   {name: "served"}, {name: "a second"}, {name: "waits"}, {name: "contended"},
                   {name: "longest wait", words: true}];
    const lines = primitives.map(one => [
      element("span", {}, `${one.type} `, named(one.name)),
      one.utilisation === undefined ? "–" : meter(one.utilisation),
      one.level_mean === undefined ? "–"
        : one.level_mean.toFixed(2) + (one.capacity > 1 ? ` of ${one.capacity.toLocaleString("en")}` : ""),
      one.level_peak === undefined ? "–" : one.level_peak.toLocaleString("en"),
      one.served === undefined ? "–" : one.served.toLocaleString("en"),
      one.per_second === undefined ? "–" : String(Number(one.per_second.toPrecision(4))),
      one.waits.toLocaleString("en"), one.waits === 0 ? "–" : percent(one.contended),
      one.longest_wait ? element("span", {}, `${time(one.longest_wait.length_ns)}: `,
                                 named(one.longest_wait.task), ", ", named(one.longest_wait.for), " from ",
                                 time(one.longest_wait.begin_ns)) : "–"]);
    return this.table("Primitives", heads, lines, statistics.primitives_left &&
      `and ${statistics.primitives_left.toLocaleString("en")} more`);
  }

  /* Connections, ends of pipes, programs. */
  outside() {
    const {lanes, lanes_left: left} = this.runs[0].statistics;
    if (lanes.length === 0) return null;
    const ended = one => one.outcome === "pending" ? "not ended"
      : one.error ? named(one.error) : one.result === undefined ? "–" : `result ${one.result}`;
    const heads = [{name: "connection or program"}, {name: "is"}, {name: "from"}, {name: "for"},
                   {name: "received"}, {name: "sent"}, {name: "ended", words: true}];
    const lines = lanes.map(one => [named(one.name || ""), named(one.what), time(one.begin_ns),
      time(one.end_ns - one.begin_ns), one.received ? count(one.received, "byte") : "–",
      one.sent ? count(one.sent, "byte") : "–", ended(one)]);
    return this.table("Connections and programs", heads, lines, left && `and ${left.toLocaleString("en")} more`);
  }

  tasks() {
    const MOST = 500, chart = this.charts[0], run = this.runs[0];
    const tasks = run.lanes.filter(lane => lane.kind === TASK);
    const or = ns => ns === 0 ? "–" : time(ns);
    const heads = [{name: "task"}, {name: "ended"}, {name: "life"}, {name: "working"}, {name: "waiting"},
                   {name: "ready"}, {name: "sleeping"}, {name: "computing"},
                   {name: run.whole ? "waited for" : "waited for, in this page", words: true}];
    const lines = tasks.slice(0, MOST).map(lane => {
      const button = element("button", {type: "button"}, named(word(lane.name)));
      button.addEventListener("click", () => {
        chart.target = {lane: lane.index, time: lane.begin};
        this.selected = null;
        this.tell();
        chart.scrollTo(lane.index);
        chart.lanes.focus();
        this.want();
      });
      return [button, OUTCOMES[lane.outcome] + (lane.error ? `: ${word(lane.error)}` : ""),
              time(lane.end - lane.begin), or(lane.working), or(lane.waiting), or(lane.ready),
              or(lane.sleeping), or(lane.computing), this.waitsOf(lane)];
    });
    const left = tasks.length - lines.length + run.lanes_left;
    return this.table("Tasks", heads, lines, left && `and ${left.toLocaleString("en")} more`);
  }

  waitsOf(lane) {
    const sums = new Map();
    for (const bar of lane.bars)
      if (bar.kind === WAIT) sums.set(bar.name, (sums.get(bar.name) || 0) + bar.length);
    const most = [...sums].filter(([, ns]) => ns > 0).sort((a, b) => b[1] - a[1]);
    const told = most.slice(0, 3).map(([name, ns]) => `${word(name)} ${time(ns)}`).join(", ");
    return named(told + (most.length > 3 ? `, and ${most.length - 3} more` : ""));
  }

  /* What the differences meant for each primitive. */
  effects() {
    const key = one => `${one.type} ${one.name}`;
    const sides = this.runs.map(run => new Map(run.statistics.primitives.map(one => [key(one), one])));
    const names = [...new Set(sides.flatMap(side => [...side.keys()]))];
    if (names.length === 0) return null;
    const show = (name, of, form) => {
      const [a, b] = sides.map(side => side.has(name) ? of(side.get(name)) : undefined);
      const told = value => value === undefined ? "–" : form(value);
      return a === b ? told(a) : `${told(a)} → ${told(b)}`;
    };
    const heads = ["primitive", "used", "served", "waits", "waited", "contended", "longest wait"]
      .map(name => ({name}));
    return this.table("What it meant for the primitives", heads, names.map(name => [
      named(name), show(name, one => one.utilisation, percent), show(name, one => one.served, String),
      show(name, one => one.waits, String), show(name, one => one.waited_ns, time),
      show(name, one => one.contended, percent),
      show(name, one => one.longest_wait && one.longest_wait.length_ns, time)]));
  }
}

/* --- The page --------------------------------------------------------------------------------------- */

const main = document.getElementById("main");
const nav = document.getElementById("sections");
const sections = new Map(); /* made when they are first shown */
let section = null;

function facts() {
  const list = document.getElementById("facts"), run = section.runs[0];
  list.replaceChildren();
  if (!run) return;
  const outcomes = [...new Set(section.runs.map(run => run.outcome))].filter(Boolean);
  list.append(...(run.own ? [`${run.clock} clock · seed ${run.seed} · `] : []),
    element("span", {class: outcomes.every(one => one === "complete") ? "" : "bad"}, outcomes.join(" → ")),
    ` · ${count(run.events, "event")}`);
}

function showSection(index) {
  if (!sections.has(index)) sections.set(index, new Section(data.sections[index]));
  section = sections.get(index);
  main.replaceChildren(section.element);
  [...nav.children].forEach((button, i) => {
    if (i === index) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  });
  facts();
  section.layout();
}

function restyle() {
  readColours();
  if (section) section.layout();
}

const ACTIONS = [
  ["d", "D, Shift+D", "next difference, the one before", event => section.step(event.shiftKey ? -1 : 1)],
  ["w", "W", "wakes: where they are few, all, none", () => {
    const modes = ["few", "all", "none"];
    section.wakes = modes[(modes.indexOf(section.wakes) + 1) % 3];
    section.want();
  }],
  ["t", "T", "dark or light", () => { root.dataset.theme = isDark() ? "light" : "dark"; restyle(); }],
  ["?", "?", "this list", () => document.getElementById("help").showModal()],
  ["Escape", "Escape", "drop the selection", () => section.select(null)],
];
const CHART_KEYS = [
  ["Tab", "to the timelines, where these keys are:"],
  ["Left, Right", "move in time"], ["Up, Down", "scroll the lanes"], ["+, −", "zoom"],
  ["F, 0", "fit all of it"], ["Home, End", "beginning and end"],
  ["N, P", "next bar of the lane, the one before"], ["J, K", "next lane, the one before"],
  ["<, >", "to who ended a wait; to whose wait it ended"], ["Enter, Z", "zoom to the selected bar"],
];

function start() {
  readColours();
  document.querySelector("h1").append(named(document.title));
  document.body.append(tipElement);
  document.querySelector("#help table").append(...[...ACTIONS.map(([, keys, what]) => [keys, what]), ...CHART_KEYS]
    .map(([keys, what]) => element("tr", {}, element("th", {scope: "row"}, ...keys.split(", ").flatMap((key, i) =>
      [i ? " " : "", element("kbd", {}, key)])), element("td", {}, what))));
  if (data.sections.length > 1) {
    nav.hidden = false;
    data.sections.forEach((raw, i) => {
      const button = element("button", {type: "button"}, named(word(raw.name)));
      button.addEventListener("click", () => showSection(i));
      nav.append(button);
    });
  }
  document.getElementById("theme").addEventListener("click", ACTIONS[2][3]);
  document.getElementById("keys").addEventListener("click", ACTIONS[3][3]);
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const action = ACTIONS.find(([key]) => key === (event.key.length === 1 ? event.key.toLowerCase() : event.key));
    if (!action || (!section && action[0] !== "t" && action[0] !== "?")) return;
    event.preventDefault();
    action[3](event);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  addEventListener("resize", () => section && section.layout());
  if (data.sections.length > 0) showSection(0);
  else main.replaceChildren(element("p", {class: "notice"}, "Nothing has failed."));
  root.dataset.drawn = Math.ceil(performance.now());
}

start();
})();
