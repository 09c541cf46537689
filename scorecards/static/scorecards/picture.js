// Draws the ranking of <script id="drawing"> on a canvas, shows it as a picture that can be pressed for long on a phone, and offers it as a file.
const FAMILY = getComputedStyle(document.body).fontFamily;
const EDGE = 36;
const GAP = 14;
const INK = { text: "#1f2733", quiet: "#566273", line: "#dfe4ea", head: "#12325c", stripe: "#f4f7fb", blue: "#1d4f91", tint: "#eef4fb" };
const UNIT = 1;
const LEAST_UNIT = 190;
const LONGEST_NAME = 3;

// Longer words (English "Not yet counted") take two lines, so that the type need not shrink.
function halves(text) {
  const spaces = [...text].flatMap((sign, place) => (sign === " " ? [place] : []));
  if (!spaces.length || text.length < 9) return [text];
  const middle = spaces.reduce((best, place) => (Math.abs(place - text.length / 2) < Math.abs(best - text.length / 2) ? place : best));
  return [text.slice(0, middle), text.slice(middle + 1)];
}

class Sheet {
  constructor(drawing) {
    this.drawing = drawing;
    this.canvas = document.createElement("canvas");
    this.canvas.width = drawing.width;
    this.pen = this.canvas.getContext("2d");
    this.inner = drawing.width - 2 * EDGE;
    this.fit();
  }

  font(size, weight = 400) {
    this.pen.font = `${weight} ${size}px ${FAMILY}`;
  }

  measure(text, size, weight) {
    this.font(size, weight);
    return this.pen.measureText(text).width;
  }

  // The largest type in which all columns fit and the unit keeps room for its name.
  fit() {
    for (this.size = 27; this.size > 15; this.size -= 1) {
      this.widths = this.drawing.columns.map((column, index) => this.widest(column, index));
      const others = this.widths.reduce((sum, width, index) => (index === UNIT ? sum : sum + width), 0);
      this.widths[UNIT] = this.inner - others;
      if (this.widths[UNIT] >= LEAST_UNIT) break;
    }
    this.lefts = this.widths.map((_width, index) => EDGE + this.widths.slice(0, index).reduce((sum, width) => sum + width, 0));
  }

  widest(column, index) {
    const texts = this.drawing.rows.flatMap((row) => halves(row.cells[index] ?? ""));
    const cells = texts.map((text) => this.measure(text, this.size, index === 2 ? 600 : 400));
    const heads = [column.label, column.under].map((text) => this.measure(text, this.headSize, 500));
    return Math.ceil(Math.max(...cells, ...heads)) + 2 * GAP;
  }

  get headSize() {
    return Math.max(15, this.size - 4);
  }

  // Chinese breaks anywhere, Latin words at spaces when they can.
  lines(text, width, size, weight, most) {
    const pieces = text.match(/[A-Za-z0-9'’.-]+\s*|./gu) ?? [""];
    const found = [""];
    for (const piece of pieces) {
      if (found.at(-1) && this.measure(found.at(-1) + piece.trimEnd(), size, weight) > width) found.push("");
      found[found.length - 1] += piece;
    }
    if (found.length <= most) return found;
    let last = found[most - 1];
    while (last && this.measure(`${last}…`, size, weight) > width) last = last.slice(0, -1);
    return [...found.slice(0, most - 1), `${last}…`];
  }

  plan() {
    const { drawing, size } = this;
    this.title = this.lines(drawing.title, this.inner - 230, 38, 700, 3);
    this.top = EDGE + this.title.length * 50 + 44;
    this.headHeight = this.headSize * 2 + 34;
    this.names = drawing.rows.map((row) => this.lines(row.cells[UNIT], this.widths[UNIT] - 2 * GAP, size, 500, LONGEST_NAME));
    this.notes = drawing.rows.map((row) => (row.note ? this.lines(row.note, this.restWidth(), size - 2, 400, 2) : []));
    this.heights = drawing.rows.map((_row, index) => this.most(index) * (size + 8) + 22);
    this.feet = drawing.feet.flatMap((text) => this.lines(text, this.inner, 20, 400, 4));
    const table = this.headHeight + this.heights.reduce((sum, height) => sum + height, 0);
    this.canvas.height = Math.ceil(this.top + table + 24 + this.feet.length * 30 + EDGE - 6);
  }

  // Lines of a row's longest cell.
  most(index) {
    const others = this.drawing.rows[index].cells.map((text, column) => (column === UNIT ? 1 : halves(text).length));
    return Math.max(this.names[index].length, this.notes[index].length, ...others);
  }

  restWidth() {
    return EDGE + this.inner - this.lefts[UNIT + 1] - GAP;
  }

  draw() {
    this.plan();
    this.pen.fillStyle = "#ffffff";
    this.pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.pen.textBaseline = "middle";
    this.drawTitle();
    this.drawStamp();
    let y = this.drawHead(this.top);
    this.drawing.rows.forEach((row, index) => {
      this.drawRow(row, index, y);
      y += this.heights[index];
    });
    this.drawFeet(y + 24);
    return this.canvas;
  }

  write(text, x, y, size, { weight = 400, colour = INK.text, align = "left" } = {}) {
    this.font(size, weight);
    this.pen.fillStyle = colour;
    this.pen.textAlign = align;
    this.pen.fillText(text, x, y);
  }

  drawTitle() {
    this.title.forEach((line, index) => this.write(line, EDGE, EDGE + 25 + index * 50, 38, { weight: 700, colour: INK.head }));
    this.write(this.drawing.under, EDGE, EDGE + this.title.length * 50 + 16, 22, { colour: INK.quiet });
  }

  drawStamp() {
    const { pen, drawing } = this;
    const colour = drawing.isSettled ? INK.blue : INK.quiet;
    const width = this.measure(drawing.stamp, 28, 700) + 40;
    const right = EDGE + this.inner;
    pen.strokeStyle = colour;
    pen.lineWidth = 3;
    pen.strokeRect(right - width, EDGE + 2, width - 2, 48);
    this.write(drawing.stamp, right - width / 2, EDGE + 27, 28, { weight: 700, colour, align: "center" });
    this.write(drawing.stampUnder, right, EDGE + this.title.length * 50 + 16, 20, { colour: INK.quiet, align: "right" });
  }

  drawHead(top) {
    this.pen.fillStyle = INK.head;
    this.pen.fillRect(EDGE, top, this.inner, this.headHeight);
    this.drawing.columns.forEach((column, index) => {
      const middle = top + this.headHeight / 2;
      const step = column.under ? this.headSize / 2 + 4 : 0;
      const { x, align } = this.place(index, column.align);
      this.write(column.label, x, middle - step, this.headSize, { weight: 500, colour: "#ffffff", align });
      if (column.under) this.write(column.under, x, middle + step, this.headSize - 2, { colour: "#cfdcec", align });
    });
    return top + this.headHeight;
  }

  place(index, align) {
    const left = this.lefts[index];
    if (align === "left") return { x: left + GAP, align };
    if (align === "right") return { x: left + this.widths[index] - GAP, align };
    return { x: left + this.widths[index] / 2, align };
  }

  drawRow(row, index, y) {
    const { pen, size } = this;
    const height = this.heights[index];
    const middle = y + height / 2;
    pen.fillStyle = index % 2 ? INK.stripe : "#ffffff";
    pen.fillRect(EDGE, y, this.inner, height);
    pen.fillStyle = INK.line;
    pen.fillRect(EDGE, y + height - 1, this.inner, 1);
    row.cells.forEach((text, column) => {
      const { x, align } = this.place(column, this.drawing.columns[column].align);
      if (column === UNIT) this.writeLines(this.names[index], x, middle, size, { weight: 500 });
      else this.writeLines(halves(text), x, middle, size, { align, weight: column === 0 || column === 2 ? 600 : 400, colour: column === 2 ? INK.blue : INK.text });
    });
    this.writeLines(this.notes[index], this.lefts[UNIT + 1] + GAP, middle, size - 2, { colour: INK.quiet });
  }

  writeLines(lines, x, middle, size, style) {
    const step = size + 8;
    lines.forEach((line, index) => this.write(line.trimEnd(), x, middle + (index - (lines.length - 1) / 2) * step, size, style));
  }

  drawFeet(y) {
    this.feet.forEach((line, index) => this.write(line, EDGE, y + 12 + index * 30, 20, { colour: INK.quiet }));
  }
}

async function show() {
  await document.fonts?.ready;
  const drawing = JSON.parse(document.getElementById("drawing").textContent);
  const canvas = new Sheet(drawing).draw();
  const image = document.getElementById("picture");
  image.src = canvas.toDataURL("image/png");
  image.width = canvas.width;
  image.height = canvas.height;
  await image.decode();
  image.hidden = false;
  document.getElementById("picture-wait").hidden = true;
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const link = document.getElementById("save-picture");
  link.href = URL.createObjectURL(blob);
  link.download = drawing.file;
  link.hidden = false;
}

show();
