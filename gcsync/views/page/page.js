/* The list: rows that are made at once and filled when they are seen, filters, search, keys, links. */

const data = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("list");
const byId = new Map();
const groups = new Map(data.groups.map((group) => [group.id, group]));
const sections = [];
const pressed = new Set();
const filters = { kind: "", stack: "", reason: "" };
let words = [];
let shown = [];
let status = null;
let search = null;

function say(text) { if (status) status.textContent = text; }

/* Settings of the reader; a page from a file may not be allowed to keep any. */
function remember(name, value) { try { localStorage.setItem("gcsync-" + name, value); } catch { /* not kept */ } }
function remembered(name) { try { return localStorage.getItem("gcsync-" + name) || ""; } catch { return ""; } }

function textOf(item) {
  const values = (item.attributes || []).flatMap((one) => [one.name, one.note, ...one.rows.flatMap((row) => row.slice(2))]);
  const all = [item.address, item.name, item.place, data.stacks[item.stack], ...(item.notes || []), ...values];
  return all.filter((text) => text).join("\n").toLowerCase();
}

function fill(entry) {
  if (!entry.filled) {
    entry.filled = true;
    put(entry.row, itemBody(entry.item, data.heads));
  }
}

/* What is opened is filled when it comes near the screen: "expand all" of thousands costs what can be seen. */
const watcher = new IntersectionObserver((seen) => {
  for (const one of seen) {
    if (!one.isIntersecting || !one.target.open) continue;
    fill(byId.get(one.target.id));
    watcher.unobserve(one.target);
  }
}, { rootMargin: "1200px" });

function summaryOf(item, group) {
  const summary = make("summary");
  put(summary, make("span", "word", group.mark + " " + group.word), make("span", "address", item.address));
  if (item.name) put(summary, make("span", "name", "“" + item.name + "”"));
  if (data.stacks.length > 1) put(summary, make("span", "note", data.stacks[item.stack]));
  for (const reason of item.reasons || []) if (reason !== "pending") put(summary, reasonBadge(reason));
  if (item.place) put(summary, make("span", "note", item.place));
  if (item.notes) put(summary, make("span", "note", item.notes[0]));
  // A margin is no place to break a line: without blanks a phone breaks words.
  for (const part of [...summary.children].slice(1)) part.before(" ");
  return summary;
}

function rowOf(item, group) {
  const row = make("details", "item " + group.tone);
  row.id = item.id;
  const entry = { item, row, group, filled: false, text: null };
  byId.set(item.id, entry);
  put(row, summaryOf(item, group));
  row.addEventListener("toggle", () => {
    if (!row.open || entry.filled) return;
    watcher.unobserve(row);
    watcher.observe(row);
  });
  return row;
}

function buildList() {
  for (const group of data.groups) {
    const section = make("section", "group " + group.tone);
    const title = make("h2", "", group.title);
    const rows = data.items.filter((item) => item.group === group.id).map((item) => rowOf(item, group));
    section.setAttribute("aria-label", group.title);
    put(section, title, ...rows);
    sections.push({ section, title, group, rows });
    put(list, section);
  }
  if (!data.items.length) put(list, make("p", "told", "There is nothing to list."));
}

function fits(entry) {
  const { item, group } = entry;
  if (pressed.size ? !pressed.has(group.id) : group.hidden) return false;
  if (filters.kind && item.kind !== filters.kind) return false;
  if (filters.stack && String(item.stack) !== filters.stack) return false;
  if (filters.reason && !(item.reasons || []).includes(filters.reason)) return false;
  if (!words.length) return true;
  if (entry.text === null) entry.text = textOf(item);
  return words.every((word) => entry.text.includes(word));
}

function update() {
  shown = [];
  for (const { section, title, group, rows } of sections) {
    let count = 0;
    for (const row of rows) {
      const visible = fits(byId.get(row.id));
      if (row.hidden === visible) row.hidden = !visible;
      if (visible) { shown.push(row); count++; }
    }
    section.hidden = !count;
    title.textContent = group.title + " (" + (count === rows.length ? count : count + " of " + rows.length) + ")";
  }
  say("Showing " + shown.length + " of " + data.items.length + ".");
}

function tileOf(group) {
  const tile = make("button", "tile " + group.tone);
  tile.type = "button";
  tile.setAttribute("aria-pressed", "false");
  tile.dataset.group = group.id;
  tile.addEventListener("click", () => {
    if (!pressed.delete(group.id)) pressed.add(group.id);
    tile.setAttribute("aria-pressed", String(pressed.has(group.id)));
    update();
  });
  return put(make("li"), put(tile, make("b", "", String(group.count)), make("span", "", group.word)));
}

function selectOf(name, label, values) {
  if (values.length < 2) return null;
  const select = make("select");
  for (const [value, text] of [["", "all"], ...values]) {
    const option = make("option", "", text);
    option.value = value;
    put(select, option);
  }
  select.dataset.filter = name;
  select.addEventListener("change", () => { filters[name] = select.value; update(); });
  return put(make("label", "", label), select);
}

function buttonOf(text, act) {
  const button = make("button", "", text);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}

function openAll(open) {
  for (const row of shown) row.open = open;
  say((open ? "Expanded " : "Collapsed ") + shown.length + ".");
}

function buildTools() {
  const tools = document.getElementById("tools");
  const tiles = put(make("ul", "tiles"), ...data.groups.map(tileOf));
  tiles.setAttribute("aria-label", "Show only");
  const kinds = [...new Set(data.items.map((item) => item.kind))].sort();
  const reasons = [...new Set(data.items.flatMap((item) => item.reasons || []))].sort();
  search = make("input");
  search.type = "search";
  search.id = "search";
  search.addEventListener("input", () => {
    words = search.value.toLowerCase().split(/\s+/).filter((word) => word);
    update();
  });
  status = make("p");
  status.setAttribute("role", "status");
  const bar = make("div", "tools");
  put(bar,
    put(make("label", "search", "Search addresses, names, attributes, values"), search),
    selectOf("kind", "Kind", kinds.map((kind) => [kind, kind])),
    selectOf("stack", "Stack", data.stacks.map((stack, number) => [String(number), stack])),
    selectOf("reason", "Reason", reasons.map((reason) => [reason, reason])),
    put(make("div", "buttons"), buttonOf("Expand all", () => openAll(true)), buttonOf("Collapse all", () => openAll(false))),
    status);
  put(tools, tiles, bar);
}

/* Where a link leads: the row is shown, whatever the filters say, and opened. */
function follow() {
  let id = location.hash.slice(1);
  try { id = decodeURIComponent(id); } catch { /* as it is */ }
  const entry = byId.get(id);
  if (!entry) return;
  if (entry.row.hidden) clearFilters(entry.group);
  entry.row.open = true;
  fill(entry);
  entry.row.scrollIntoView({ block: "start", behavior: "instant" });
  entry.row.querySelector("summary").focus({ preventScroll: true });
}

function clearFilters(group) {
  pressed.clear();
  if (group && group.hidden) pressed.add(group.id);
  for (const tile of document.querySelectorAll(".tile")) tile.setAttribute("aria-pressed", String(pressed.has(tile.dataset.group)));
  for (const select of document.querySelectorAll("select[data-filter]")) { select.value = ""; filters[select.dataset.filter] = ""; }
  search.value = "";
  words = [];
  update();
}

function step(by) {
  const at = shown.indexOf(document.activeElement.closest("details.item"));
  const next = shown[Math.max(0, Math.min(shown.length - 1, at < 0 ? 0 : at + by))];
  if (next) {
    next.querySelector("summary").focus();
    next.scrollIntoView({ block: "nearest", behavior: "instant" });
  }
}

const KEYS = {
  "/": ["to the search", () => search.focus()],
  j: ["to the next one", () => step(1)],
  k: ["to the one before", () => step(-1)],
  e: ["expand all", () => openAll(true)],
  c: ["collapse all", () => openAll(false)],
  x: ["take all filters away", () => clearFilters()],
  "?": ["this help", () => document.getElementById("help").showModal()],
};

function buildHelp() {
  const dialog = make("dialog");
  dialog.id = "help";
  dialog.setAttribute("aria-label", "Keys");
  const keys = make("ul");
  for (const [key, [text]] of Object.entries(KEYS)) {
    const line = put(make("li"), make("kbd", "", key));
    line.append(" " + text);
    put(keys, line);
  }
  const box = make("input");
  box.type = "checkbox";
  box.checked = remembered("keys") !== "off";
  box.addEventListener("change", () => remember("keys", box.checked ? "on" : "off"));
  const label = put(make("label"), box);
  label.append(" These keys work");
  put(document.body, put(dialog, make("h2", "", "Keys"), keys, put(make("p"), label), buttonOf("Close", () => dialog.close())));
  return box;
}

function listen(box) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, dialog");
    if (event.key === "Escape" && event.target === search) { search.value = ""; words = []; update(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !box.checked || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key][1]();
  });
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => { for (const row of shown) if (row.open) fill(byId.get(row.id)); });
  for (const node of document.querySelectorAll(".graph [data-anchor]")) {
    node.addEventListener("click", () => {
      const [stack, address] = [node.dataset.anchor.slice(0, node.dataset.anchor.indexOf("/")), node.dataset.anchor.slice(node.dataset.anchor.indexOf("/") + 1)];
      const found = data.items.find((item) => item.address === address && data.stacks[item.stack] === stack);
      if (found) { location.hash = encodeURIComponent(found.id); follow(); }
    });
  }
}

function buildThemes() {
  const root = document.documentElement;
  const themes = { "": "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
  const names = Object.keys(themes);
  const button = buttonOf("", () => set(names[(names.indexOf(root.dataset.theme || "") + 1) % names.length]));
  button.id = "theme";
  function set(name) {
    if (name) root.dataset.theme = name; else delete root.dataset.theme;
    button.textContent = themes[name];
    remember("theme", name);
  }
  set(names.includes(remembered("theme")) ? remembered("theme") : "");
  put(document.getElementById("switches"), button, buttonOf("Keys", KEYS["?"][1]));
}

buildTools();
buildList();
buildThemes();
listen(buildHelp());
update();
follow();
/* Once more: the browser, when it is done loading, goes to the place itself and takes the focus away. */
window.addEventListener("load", () => setTimeout(follow));
