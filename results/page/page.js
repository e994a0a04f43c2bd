"use strict";

const SHOWN = 200; // rows that are drawn at once, as in the file itself
const PRINTED = 20; // rows of a longer table on paper, as in page.css
const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const count = (number) => number.toLocaleString("en-GB");

/* Tables: rows are held as JSON and the first of those that match are drawn. */

const valueOf = (cell) => (Array.isArray(cell) ? cell[0] : cell);
const textOf = (cell) => (Array.isArray(cell) ? cell[1] : String(cell));

function exactText(column, row) {
  const cell = column.cells[row];
  const value = valueOf(cell);
  if (value === null) return "";
  const finite = typeof value === "number" && Math.abs(value) < Number.MAX_VALUE;
  return column.exact && finite ? String(value) : textOf(cell);
}

// Names such as feature_extraction may be broken after their underscores.
function breakable(text) {
  return text.split(/(?<=[_/])(?=[A-Za-z])/).flatMap((part, place) => (place ? [document.createElement("wbr"), part] : [part]));
}

// Numbers first, then text, what is missing last whichever way is up.
function byValue(column, direction) {
  return (first, second) => {
    const [a, b] = [valueOf(column.cells[first]), valueOf(column.cells[second])];
    if (a === null || b === null) return (a === null) - (b === null) || first - second;
    const kinds = (typeof a === "string") - (typeof b === "string");
    const order = kinds || (typeof a === "number" ? a - b : words.compare(a, b));
    return direction * order || first - second;
  };
}

function setUpTable(box) {
  const columns = JSON.parse(box.querySelector("script").textContent);
  const all = Array.from({ length: columns.length ? columns[0].cells.length : 0 }, (_, row) => row);
  const search = box.querySelector("input");
  const body = box.querySelector("tbody");
  const said = box.querySelector("output");
  const headers = [...box.querySelectorAll("th")];
  let order = all;
  let keys = null;

  function matching() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!wanted.length) return order;
    keys ??= all.map((row) =>
      columns.map((column) => `${textOf(column.cells[row])}\n${exactText(column, row)}`).join("\n").toLowerCase()
    );
    return order.filter((row) => wanted.every((word) => keys[row].includes(word)));
  }

  function drawnRow(row) {
    const line = document.createElement("tr");
    for (const column of columns) {
      const cell = line.insertCell();
      cell.append(...breakable(textOf(column.cells[row])));
      if (column.number) cell.className = "number";
      const exact = exactText(column, row);
      if (exact && exact !== cell.textContent) cell.title = exact;
    }
    return line;
  }

  function draw() {
    const rows = matching();
    body.replaceChildren(...rows.slice(0, SHOWN).map(drawnRow));
    say(rows.length);
  }

  function say(found) {
    said.textContent = message(found);
    if (found > SHOWN) box.dataset.rest = `The first ${PRINTED} of ${count(found)} rows; the CSV has all.`;
    else delete box.dataset.rest;
  }

  function message(found) {
    const plural = all.length === 1 ? "row" : "rows";
    if (found > SHOWN) return `${SHOWN} of ${count(found)} rows shown; search narrows, the CSV has all`;
    return found < all.length ? `${count(found)} of ${count(all.length)} ${plural}` : `${count(found)} ${plural}`;
  }

  function sortBy(place) {
    const before = headers[place].getAttribute("aria-sort");
    const now = { ascending: "descending", descending: null }[before] ?? (before ? null : "ascending");
    headers.forEach((header) => header.removeAttribute("aria-sort"));
    if (now) headers[place].setAttribute("aria-sort", now);
    order = now ? [...all].sort(byValue(columns[place], now === "ascending" ? 1 : -1)) : all;
    draw();
  }

  // No text is a formula of a spreadsheet, as in results.text.for_csv.
  function cellOfCsv(column, row) {
    const isText = typeof valueOf(column.cells[row]) === "string";
    return isText ? plainText(exactText(column, row)) : exactText(column, row);
  }

  function csv() {
    const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = matching().map((row) => columns.map((column) => cellOfCsv(column, row)));
    return [columns.map((column) => plainText(column.name)), ...lines].map((line) => line.map(quoted).join(",") + "\n").join("");
  }

  const named = () => columns.map((column) => plainText(column.name));
  const shownTexts = (row) => columns.map((column) => (typeof valueOf(column.cells[row]) === "string" ? plainText : String)(textOf(column.cells[row])));
  box.querySelector(".copy").addEventListener("click", (event) => copy(event.currentTarget, ...asTable([named(), ...matching().map(shownTexts)])));
  headers.forEach((header, place) => header.firstElementChild.addEventListener("click", () => sortBy(place)));
  search.addEventListener("input", draw);
  box.querySelector(".save").addEventListener("click", () => save(csv(), `${box.closest("figure").id}.csv`));
  say(all.length);
}

const plainText = (text) => text.replace(/(^|;)(?=\s*[=+\-@＝＋－＠])/g, "$1'");

function save(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/* Copying: as plain text, and as HTML, which a word processor pastes as a table or paragraphs. */

// A table as text with tabs and as HTML: the first of `lines` is the head.
function asTable(lines) {
  const table = document.createElement("table");
  for (const [place, line] of lines.entries()) {
    const row = table.insertRow();
    for (const text of line) row.appendChild(document.createElement(place ? "td" : "th")).textContent = text;
  }
  return [lines.map((line) => line.map((text) => text.replace(/\s+/g, " ")).join("\t") + "\n").join(""), table.outerHTML];
}

// The paragraphs and lists of a section, without its heading and its buttons.
function asText(section) {
  const parts = [...section.querySelectorAll(":scope > p:not(.tools), :scope > ul")];
  const lines = (part) => (part.tagName === "UL" ? [...part.children] : [part]).map((one) => one.textContent.trim());
  const texts = parts.map((part) => lines(part).join("\n"));
  return [texts.join("\n\n") + "\n", parts.map((part) => part.outerHTML).join("\n")];
}

async function copy(button, text, html) {
  const done = await toClipboard({ "text/plain": text, "text/html": html });
  const words = (button.dataset.words ??= button.textContent);
  button.textContent = done ? "Copied" : "This browser does not copy: select it instead";
  setTimeout(() => (button.textContent = words), 2000);
}

async function toClipboard(texts) {
  try {
    const blobs = Object.entries(texts).map(([kind, text]) => [kind, new Blob([text], { type: kind })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    return true;
  } catch {
    return copiedAsEvent(texts);
  }
}

// For browsers that give a page from a file no clipboard, or refuse it.
function copiedAsEvent(texts) {
  const fill = (event) => {
    event.preventDefault();
    for (const [kind, text] of Object.entries(texts)) event.clipboardData.setData(kind, text);
  };
  document.addEventListener("copy", fill);
  try {
    return document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", fill);
  }
}

document.querySelectorAll("[data-section]").forEach((button) =>
  button.addEventListener("click", () => copy(button, ...asText(document.getElementById(button.dataset.section))))
);

/* Figures: enlarged in a dialog, which the browser closes with Escape. */

const dialog = document.querySelector("dialog");
const pane = dialog.querySelector("div");
const large = pane.querySelector("img");
let scale = 1; // of the width of the window

function zoomTo(wanted) {
  const [across, down] = [pane.scrollLeft + pane.clientWidth / 2, pane.scrollTop + pane.clientHeight / 2];
  const next = Math.min(8, Math.max(0.2, wanted));
  large.style.width = `${100 * next}%`;
  pane.scrollLeft = across * (next / scale) - pane.clientWidth / 2;
  pane.scrollTop = down * (next / scale) - pane.clientHeight / 2;
  scale = next;
}

function enlarge(button) {
  const small = button.querySelector("img");
  large.src = small.src;
  large.alt = small.alt;
  dialog.querySelector("span").textContent = button.parentElement.querySelector("figcaption b").textContent.replace(/\.$/, "");
  dialog.showModal();
  zoomTo(Math.max(1, Number(small.getAttribute("width")) / pane.clientWidth));
  pane.scrollTo(0, 0);
  pane.focus();
}

document.querySelectorAll(".zoom").forEach((button) => button.addEventListener("click", () => enlarge(button)));
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
dialog.querySelectorAll("[data-zoom]").forEach((button) =>
  button.addEventListener("click", () => zoomTo(scale * Number(button.dataset.zoom) || 1))
);
dialog.addEventListener("keydown", (event) => {
  const factor = { "+": 1.25, "=": 1.25, "-": 0.8, 0: 0 }[event.key];
  if (factor !== undefined && !event.ctrlKey && !event.metaKey) zoomTo(scale * factor || 1);
});
pane.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse") return; // fingers scroll by themselves
  event.preventDefault();
  pane.focus();
  pane.setPointerCapture(event.pointerId);
});
pane.addEventListener("pointermove", (event) => {
  if (pane.hasPointerCapture(event.pointerId)) pane.scrollBy(-event.movementX, -event.movementY);
});

/* Contents: the section in view is marked; folded away in a narrow window. */

const contents = document.querySelector("nav details");
const links = new Map([...contents.querySelectorAll("a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
const narrow = matchMedia("(max-width: 60rem)");
const fold = () => (contents.open = !narrow.matches);
narrow.addEventListener("change", fold);
fold();
contents.addEventListener("click", (event) => {
  if (narrow.matches && event.target.closest("a")) contents.open = false;
});
const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  },
  { rootMargin: "-10% 0px -80% 0px" }
);
document.querySelectorAll("main section").forEach((section) => watcher.observe(section));
document.querySelectorAll(".table").forEach(setUpTable);
