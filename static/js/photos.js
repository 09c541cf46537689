// Preview of chosen photos with their SHA-256, so that a photo sent twice is known before it leaves.
// <input type="file" multiple accept="image/*" data-photos="#list"> <ul class="photos" id="list"></ul>; the hashes go into hidden inputs
// named <input name>_sha256 of the same form, in the order of the files.
async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function entry(file, name) {
  const item = document.createElement("li");
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  image.src = URL.createObjectURL(file);
  image.alt = file.name;
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  const caption = document.createElement("figcaption");
  caption.textContent = `${file.name} · ${(file.size / 1048576).toFixed(1)} MB`;
  figure.append(image, caption);
  item.append(figure);
  if (crypto.subtle) {
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = `${name}_sha256`;
    hidden.value = await sha256(file);
    item.append(hidden);
  }
  return item;
}

async function show(input) {
  const list = document.querySelector(input.dataset.photos);
  const files = [...input.files];
  const items = await Promise.all(files.map((file) => entry(file, input.name)));
  const hashes = items.map((item) => item.querySelector("input")?.value);
  items.forEach((item, index) => {
    if (hashes[index] && hashes.indexOf(hashes[index]) < index) item.querySelector("figcaption").append(` · ${gettext("与前面一张相同")}`);
  });
  list.replaceChildren(...items);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-photos]")) show(event.target);
});
