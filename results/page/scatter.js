/* Points: drawn from the figure's own table of values; a pointer or the arrow keys tell about one of them. */

const NEAR = 16; // CSS pixels from which on a pointer points to nothing
const ROOM = { left: 30, right: 12, top: 12, bottom: 30 }; // CSS pixels around the points
const SHAPES = {
  circle: (pen, x, y, size) => pen.arc(x, y, size, 0, 2 * Math.PI),
  square: (pen, x, y, size) => pen.rect(x - 0.9 * size, y - 0.9 * size, 1.8 * size, 1.8 * size),
  triangle: (pen, x, y, size) => polygon(pen, [[x, y - 1.2 * size], [x + 1.1 * size, y + 0.8 * size], [x - 1.1 * size, y + 0.8 * size]]),
  diamond: (pen, x, y, size) => polygon(pen, [[x, y - 1.3 * size], [x + 1.1 * size, y], [x, y + 1.3 * size], [x - 1.1 * size, y]]),
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function polygon(pen, corners) {
  pen.moveTo(...corners[0]);
  corners.slice(1).forEach((corner) => pen.lineTo(...corner));
  pen.closePath();
}

function drawMark(pen, [color, shape], x, y, size) {
  pen.fillStyle = color;
  pen.beginPath();
  SHAPES[shape](pen, x, y, size);
  pen.fill();
}

/* A canvas in CSS pixels, sharp on every screen. */
function sharpPen(canvas, width, height) {
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const pen = canvas.getContext("2d");
  pen.scale(devicePixelRatio, devicePixelRatio);
  return pen;
}

function setUpScatter(figure) {
  const given = JSON.parse(figure.querySelector(":scope > script").textContent);
  const columns = new Map(JSON.parse(figure.querySelector(".table script").textContent).map((column) => [column.name, column]));
  const values = (name) => columns.get(name).cells.map(valueOf);
  const [xs, ys] = [values(given.x), values(given.y)];
  const [choice, said, plane, legend] = ["select", "output", ".plane", ".legend"].map((name) => figure.querySelector(name));
  const canvas = plane.querySelector("canvas");
  const told = plane.appendChild(document.createElement("div"));
  told.className = "told";
  told.hidden = true;
  let marks, names, hidden, places;
  let chosen = null; // the row that is told about
  let pointed = false; // whether the pointer chose it: then it is forgotten where the pointer leaves it

  function choose() {
    marks = given.marks[choice.value];
    names = values(choice.value).map((name) => (Object.hasOwn(marks, name) ? name : given.others));
    hidden = new Set();
    legend.replaceChildren(...Object.keys(marks).map(entry));
    draw();
  }

  function entry(name) {
    const item = document.createElement("li");
    const button = item.appendChild(document.createElement("button"));
    const swatch = button.appendChild(document.createElement("canvas"));
    swatch.className = "swatch";
    drawMark(sharpPen(swatch, 14, 14), marks[name], 7, 7, 5);
    button.type = "button";
    button.append(` ${name.replaceAll("_", " ")} (${count(names.filter((one) => one === name).length)})`);
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      if (!hidden.delete(name)) hidden.add(name);
      button.setAttribute("aria-pressed", String(!hidden.has(name)));
      tell(null);
    });
    return item;
  }

  function draw() {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const pen = sharpPen(canvas, width, height);
    places = placed(width, height);
    pen.globalAlpha = 0.8;
    const size = Math.min(4, Math.max(2, 60 / Math.sqrt(places.length)));
    for (const name of Object.keys(marks)) {
      if (!hidden.has(name)) places.forEach(([x, y], row) => names[row] === name && drawMark(pen, marks[name], x, y, size));
    }
    pen.globalAlpha = 1;
    drawTitles(pen, width, height);
    if (chosen === null) return;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(...places[chosen], size + 4, 0, 2 * Math.PI);
    pen.stroke();
  }

  function placed(width, height) {
    const across = scaleOf(xs, ROOM.left, width - ROOM.right);
    const down = scaleOf(ys, height - ROOM.bottom, ROOM.top);
    return xs.map((x, row) => [across(x), down(ys[row])]);
  }

  function scaleOf(numbers, from, to) {
    const [least, most] = numbers.reduce(([low, high], number) => [Math.min(low, number), Math.max(high, number)], [Infinity, -Infinity]);
    return (number) => (most > least ? from + ((number - least) / (most - least)) * (to - from) : (from + to) / 2);
  }

  function drawTitles(pen, width, height) {
    pen.fillStyle = pen.strokeStyle = "#1c2430";
    pen.font = "13px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.fillText(given.axes[0], width / 2, height - 8);
    pen.save();
    pen.translate(16, height / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(given.axes[1], 0, 0);
    pen.restore();
  }

  const shown = () => places.flatMap((place, row) => (hidden.has(names[row]) ? [] : [row]));

  function nearest(rows, distance) {
    return rows.reduce((best, row) => (distance(row) < best[1] ? [row, distance(row)] : best), [null, Infinity]);
  }

  function under(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const [row, distance] = nearest(shown(), (one) => Math.hypot(places[one][0] - x, places[one][1] - y));
    return distance <= NEAR ? row : null;
  }

  // The next point in the arrow's direction; what lies beside it counts as three times as far.
  function beyond([right, down]) {
    if (chosen === null) return shown()[0] ?? null;
    const from = places[chosen];
    const ahead = (row) => (places[row][0] - from[0]) * right + (places[row][1] - from[1]) * down;
    const aside = (row) => Math.abs((places[row][0] - from[0]) * down) + Math.abs((places[row][1] - from[1]) * right);
    const [row] = nearest(shown().filter((one) => ahead(one) > 0), (one) => ahead(one) + 3 * aside(one));
    return row ?? chosen;
  }

  function tell(row) {
    chosen = row;
    draw();
    told.hidden = row === null;
    if (row === null) return;
    const lines = given.told.map((name) => [name, textOf(columns.get(name).cells[row])]);
    told.replaceChildren(...pictureOf(row), ...lines.map(([name, text]) => lineOf(name, text)));
    const [x, y] = places[row];
    const left = x + 14 + told.offsetWidth > plane.clientWidth ? x - 14 - told.offsetWidth : x + 14;
    told.style.left = `${Math.max(0, left)}px`;
    told.style.top = `${Math.max(0, Math.min(y + 14, plane.clientHeight - told.offsetHeight))}px`;
  }

  function point(row) {
    if (row === null && !pointed) return;
    pointed = row !== null;
    tell(row);
  }

  function pictureOf(row) {
    const picture = given.thumbnails[row];
    if (!picture) return [];
    const image = document.createElement("img");
    image.alt = "";
    image.src = `data:image/jpeg;base64,${picture}`;
    return [image];
  }

  function lineOf(name, text) {
    const line = document.createElement("p");
    const title = line.appendChild(document.createElement("span"));
    title.textContent = `${name.replaceAll("_", " ")} `;
    line.append(text);
    return line;
  }

  choice.addEventListener("change", choose);
  for (const kind of ["pointermove", "pointerdown"]) canvas.addEventListener(kind, (event) => point(under(event)));
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return tell(null);
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    pointed = false;
    tell(beyond(ARROWS[event.key]));
    said.textContent = told.textContent;
  });
  new ResizeObserver(() => tell(chosen)).observe(canvas);
  choose();
}

document.querySelectorAll(".scatter").forEach(setUpScatter);
