"use strict";
/* An item's body. Whatever comes from outside goes into the page as the text of an element, never as HTML. */

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = text;
  return element;
}

function put(parent, ...children) {
  for (const child of children) if (child) parent.appendChild(child);
  return parent;
}

/* The text with what differs from the other text marked: all but a common beginning and end. */
function inner(cell, text, other) {
  const texts = other !== null && text[0] === '"' && other[0] === '"';
  if (!texts || text.includes("\n") || other.includes("\n")) { cell.append(text); return; }
  const most = Math.min(text.length, other.length);
  let start = 0, end = 0;
  while (start < most && text[start] === other[start]) start++;
  while (end < most - start && text[text.length - 1 - end] === other[other.length - 1 - end]) end++;
  if (start + end < 3) { cell.append(text); return; }
  cell.append(text.slice(0, start));
  put(cell, make("span", "inner", text.slice(start, text.length - end)));
  cell.append(text.slice(text.length - end));
}

function valueCell(text, other, side, head) {
  const cell = make("td", text === null ? "empty" : side);
  cell.setAttribute("role", "cell");
  if (text === null) return cell;
  cell.dataset.head = head;
  inner(cell, text, other);
  return cell;
}

function reasonBadge(reason) {
  return make("span", "badge " + reason.replace(" ", "-"), reason === "conflict" ? "CONFLICT" : reason);
}

/* A header of the row, or, for a member of a list, nothing. */
function nameCell(mark, depth, label) {
  const cell = make(label ? "th" : "td", "d" + Math.min(depth, 4) + (mark === "=" ? " same" : ""));
  cell.setAttribute("role", label ? "rowheader" : "cell");
  if (label) cell.scope = "row"; else cell.classList.add("nameless");
  cell.textContent = (mark === "=" ? "# " : "") + label;
  return cell;
}

function attributeRow(attribute, row, first, heads, sides) {
  const [mark, depth, label, before, after] = row;
  const line = make("tr", first ? "attribute" : "");
  line.setAttribute("role", "row");
  const name = nameCell(mark, depth, label);
  if (first) {
    if (attribute.reason) put(name, reasonBadge(attribute.reason));
    for (const said of [attribute.note, attribute.place]) if (said) put(name, make("span", "said", said));
  }
  put(line, name);
  if (before === null && after === null) {
    name.colSpan = sides === "both" ? 3 : 2;
    return line;
  }
  const same = mark === " ";
  if (sides !== "after") put(line, valueCell(before, same ? null : after, same ? "same" : "before", heads[0]));
  if (sides !== "before") put(line, valueCell(after, same ? null : before, same ? "same" : "after", heads[1]));
  return line;
}

/* Both sides of what is changed; of an object that comes or goes, the one that there is. */
function sidesOf(item) {
  const rows = item.attributes.flatMap((attribute) => attribute.rows);
  if (rows.every((row) => row[3] === null) && rows.some((row) => row[4] !== null)) return "after";
  if (rows.every((row) => row[4] === null) && rows.some((row) => row[3] !== null)) return "before";
  return "both";
}

function attributeTable(item, heads) {
  const sides = sidesOf(item);
  const table = make("table", "diff");
  table.setAttribute("role", "table");
  table.setAttribute("aria-label", "Attributes of " + item.address);
  const shown = ["Attribute", ...(sides === "after" ? [] : [heads[0]]), ...(sides === "before" ? [] : [heads[1]])];
  const head = make("tr");
  head.setAttribute("role", "row");
  for (const text of shown) {
    const cell = make("th", "", text);
    cell.scope = "col";
    cell.setAttribute("role", "columnheader");
    put(head, cell);
  }
  const top = put(make("thead"), head);
  const body = make("tbody");
  for (const part of [top, body]) part.setAttribute("role", "rowgroup");
  for (const attribute of item.attributes) {
    const rows = attribute.rows.length ? attribute.rows : [["=", 0, attribute.name, null, null]];
    rows.forEach((row, number) => put(body, attributeRow(attribute, row, number === 0, heads, sides)));
  }
  return put(table, top, body);
}

function copied(button, done) {
  button.textContent = done ? "Copied" : "Not copied";
  say(done ? "Copied." : "This browser does not let a page copy; select the text instead.");
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

function copy(text, button) {
  if (navigator.clipboard) {
    navigator.clipboard.writeText(text).then(() => copied(button, true), () => copied(button, false));
    return;
  }
  copied(button, false);
}

function commandLine(text) {
  const button = make("button", "", "Copy");
  button.type = "button";
  button.setAttribute("aria-label", "Copy: " + text);
  button.addEventListener("click", () => copy(text, button));
  return put(make("div", "command"), make("code", "", text), button);
}

function itemBody(item, heads) {
  const body = make("div", "body");
  const notes = item.notes || [];
  if (notes.length > 1) put(body, put(make("ul"), ...notes.map((note) => make("li", "", note))));
  if (item.attributes && item.attributes.length) put(body, attributeTable(item, item.heads || heads));
  if (item.commands) put(body, make("p", "", "To settle it:"), ...item.commands.map(commandLine));
  const link = make("a", "", "Link to " + item.address);
  link.href = "#" + encodeURIComponent(item.id);
  return put(body, put(make("p", "permalink"), link));
}
