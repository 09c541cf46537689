// Reporting a problem from a phone in one screen. The form works without this script; with it the report goes through the API: first the words,
// then each photo by its SHA-256, as often as it takes. The draft is forgotten only when the server has echoed our uuid and misses no photo.
const form = document.getElementById("report");
const MAX_BYTES = 15_000_000;
const MAX_PHOTOS = 9;
const FIRST_TYPES = 7;
const NOBODY = "00000000-0000-0000-0000-000000000000";
const draftKey = `report-draft-${form.dataset.person}`;
const typesKey = `report-types-${form.dataset.person}`;
const photos = [];
let frozen = null;
let sending = false;
let gone = false;

const find = (selector) => form.querySelector(selector);
const draftMark = document.querySelector("[data-draft]");

function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

// --- draft ---------------------------------------------------------------------------------------------------------------------------
function saveDraft() {
  if (gone) return;
  const kept = remember(draftKey, {
    uuid: form.uuid.value,
    type: form.querySelector("[name=problem_type]:checked")?.value ?? "",
    text: form.text.value,
    address: form.address.value,
    stopped: form.stopped.checked,
    frozen,
  });
  draftMark.textContent = kept ? gettext("草稿已存") : "";
}

function loadDraft() {
  const draft = recall(draftKey);
  if (!draft) return;
  form.uuid.value = draft.uuid;
  form.text.value = draft.text;
  form.address.value = draft.address ?? "";
  form.stopped.checked = draft.stopped;
  frozen = draft.frozen;
  const chosen = [...form.querySelectorAll("[name=problem_type]")].find((each) => each.value === draft.type);
  if (chosen) chosen.checked = true;
  draftMark.textContent = gettext("草稿已存");
}

function forgetDraft() {
  localStorage.removeItem(draftKey);
}

// --- types: what this person chose last stands first ---------------------------------------------------------------------------------
function arrangeTypes() {
  const box = find("[data-types]");
  const more = find("[data-more]");
  const last = recall(typesKey) ?? [];
  const labels = [...box.querySelectorAll("label")];
  const rank = (label) => (last.includes(label.dataset.code) ? last.indexOf(label.dataset.code) : last.length + labels.indexOf(label));
  const sorted = labels.map((label) => [rank(label), label]).sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
  sorted.forEach((label) => box.insertBefore(label, more));
  const rest = sorted.slice(FIRST_TYPES).filter((label) => !label.querySelector("input").checked);
  if (rest.length < 2) return;
  rest.forEach((label) => { label.hidden = true; });
  more.hidden = false;
  more.addEventListener("click", () => {
    rest.forEach((label) => { label.hidden = false; });
    more.hidden = true;
    rest[0].querySelector("input").focus();
  });
}

function rememberType() {
  const code = form.querySelector("[name=problem_type]:checked")?.dataset.code;
  const last = recall(typesKey) ?? [];
  if (code) remember(typesKey, [code, ...last.filter((each) => each !== code)].slice(0, 5));
}

// --- place -----------------------------------------------------------------------------------------------------------------------------
async function ask(address, values) {
  try {
    const answer = await fetch(`${address}?${new URLSearchParams(values)}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function showPlace(text) {
  find("[data-place]").textContent = text;
}

async function located(position) {
  const { longitude, latitude, accuracy } = position.coords;
  form.lon.value = longitude.toFixed(6);
  form.lat.value = latitude.toFixed(6);
  form.accuracy.value = accuracy.toFixed(0);
  await describePlace();
}

async function describePlace() {
  if (!form.lon.value || !form.lat.value) return;
  const found = await ask(form.dataset.where, { lon: form.lon.value, lat: form.lat.value });
  const metres = form.accuracy.value;
  const near = metres ? interpolate(gettext("精度 %s m"), [metres]) : "";
  const names = found?.grids.map((grid) => grid.name) ?? [];
  const where = names.length === 1 ? names[0] : names.length ? gettext("在两个网格交界，请选定网格") : found ? gettext("不在网格内，请选定网格") : gettext("已定位");
  showPlace([where, near].filter(Boolean).join(" · "));
  if (found && names.length !== 1) find("[data-place-fields]").hidden = false;
  nearby();
}

function locate() {
  if (!navigator.geolocation || !window.isSecureContext) {
    showPlace(gettext("不能自动定位，请选定网格"));
    find("[data-place-fields]").hidden = false;
    return;
  }
  navigator.geolocation.getCurrentPosition(located, () => {
    showPlace(gettext("没有定位，请选定网格或写明位置"));
    find("[data-place-fields]").hidden = false;
  }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
}

async function nearby() {
  const box = find("[data-nearby-answer]");
  const type = form.querySelector("[name=problem_type]:checked")?.value;
  box.replaceChildren();
  if (!type || !form.lon.value || !form.lat.value) return;
  const found = await ask(form.dataset.nearby, { lon: form.lon.value, lat: form.lat.value, problem_type: type });
  const first = found?.findings[0];
  if (!first) return;
  const note = document.createElement("div");
  note.className = "m-note";
  note.append(interpolate(gettext("附近 %(distance)s 米有同类在办问题 %(number)s（%(state)s）"), first, true));
  const row = document.createElement("div");
  row.className = "m-row";
  const same = document.createElement("a");
  same.href = form.dataset.supplement.replace(NOBODY, first.uuid);
  same.textContent = gettext("就是这个，补充照片");
  const other = document.createElement("button");
  other.type = "button";
  other.className = "m-link";
  other.textContent = gettext("不是，继续报");
  other.addEventListener("click", () => box.replaceChildren());
  row.append(same, other);
  note.append(row);
  box.append(note);
}

// --- photos ----------------------------------------------------------------------------------------------------------------------------
async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function shrunk(file) {
  if (file.size <= MAX_BYTES) return file;
  const picture = await createImageBitmap(file);
  const share = Math.min(1, 4096 / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * share);
  canvas.height = Math.round(picture.height * share);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); });
}

function clockText() {
  return new Date().toTimeString().slice(0, 5);
}

async function addFiles(files) {
  for (const file of files) {
    if (photos.length >= MAX_PHOTOS) {
      refuse([interpolate(gettext("照片最多 %s 张。"), [MAX_PHOTOS])]);
      break;
    }
    const blob = await shrunk(file);
    const hash = await sha256(blob);
    if (photos.some((photo) => photo.sha256 === hash)) continue;
    const photo = { blob, sha256: hash, size: blob.size, element: null };
    photos.push(photo);
    photo.element = thumbnail(photo);
    find("[data-photos-here]").insertBefore(photo.element, find("[data-shoot]"));
  }
}

function thumbnail(photo) {
  const item = document.createElement("li");
  const image = document.createElement("img");
  image.src = URL.createObjectURL(photo.blob);
  image.alt = gettext("照片");
  const note = document.createElement("small");
  note.textContent = clockText();
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "×";
  remove.setAttribute("aria-label", gettext("删除这张照片"));
  remove.addEventListener("click", () => {
    if (sending) return;
    photos.splice(photos.indexOf(photo), 1);
    item.remove();
  });
  item.append(image, note, remove);
  return item;
}

// --- sending ---------------------------------------------------------------------------------------------------------------------------
function device() {
  let id = recall("device-id");
  if (!id) {
    id = crypto.randomUUID();
    remember("device-id", id);
  }
  const seq = (recall("device-seq") ?? 0) + 1;
  remember("device-seq", seq);
  return { device_id: id, seq };
}

function payload() {
  const now = new Date().toISOString();
  const type = form.querySelector("[name=problem_type]:checked");
  const words = form.stopped.checked ? interpolate(gettext("已当场劝阻。%s"), [form.text.value]) : form.text.value;
  const body = { v: 1, ...device(), captured_at: now, saved_at: now, problem_type: Number(type.value), text: words, address: form.address.value };
  if (form.grid.value) body.grid = Number(form.grid.value);
  if (form.lon.value && form.lat.value) Object.assign(body, { lon: Number(form.lon.value), lat: Number(form.lat.value) });
  if (form.accuracy.value) body.accuracy = Number(form.accuracy.value);
  return { ...body, photos: photos.map((photo) => ({ sha256: photo.sha256, size: photo.size })) };
}

function headers(more) {
  return { Accept: "application/json", "X-CSRFToken": form.csrfmiddlewaretoken.value, ...more };
}

async function answerOf(response) {
  const json = (response.headers.get("Content-Type") ?? "").includes("application/json");
  return json ? response.json() : null;
}

function refuse(texts, link) {
  const box = find("[data-refusal]");
  box.replaceChildren();
  for (const text of texts) {
    const note = document.createElement("p");
    note.className = "m-note is-bad";
    note.textContent = text;
    if (link) {
      const go = document.createElement("a");
      go.href = link.href;
      go.textContent = ` ${link.text}`;
      note.append(go);
    }
    box.append(note);
  }
  box.scrollIntoView({ block: "center" });
}

function reasons(answer) {
  if (!answer || !Object.keys(answer).length) return [gettext("服务器没有正确应答，内容都还在，请稍后再按“提交”。")];
  if (answer.detail) return [answer.detail];
  return Object.values(answer).flat(3).map((each) => (typeof each === "string" ? each : Object.values(each).flat().join(gettext("；"))));
}

async function sendWords() {
  frozen ??= payload();
  saveDraft();
  return fetch(`${form.dataset.api}${form.uuid.value}/`, {
    method: "PUT",
    credentials: "same-origin",
    headers: headers({ "Content-Type": "application/json" }),
    body: JSON.stringify(frozen),
  });
}

function sendPhoto(photo) {
  const bar = document.createElement("progress");
  bar.max = photo.size;
  photo.element.append(bar);
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `${form.dataset.api}${form.uuid.value}/photos/${photo.sha256}/`);
    for (const [name, value] of Object.entries(headers({ "Content-Type": photo.blob.type || "image/jpeg" }))) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => { bar.value = event.loaded; });
    request.addEventListener("load", () => {
      bar.remove();
      let answer = null;
      try { answer = JSON.parse(request.responseText); } catch { answer = null; }
      if (request.status === 200 && answer?.uuid === form.uuid.value) done(answer.photos_missing);
      else failed(new Error(reasons(answer).join(gettext("；"))));
    });
    request.addEventListener("error", () => { bar.remove(); failed(new Error(gettext("网络不通，照片没有传完。"))); });
    request.send(photo.blob);
  });
}

async function sendPhotos(missing) {
  let left = missing;
  for (const photo of photos.filter((each) => missing.includes(each.sha256))) left = await sendPhoto(photo);
  return left.filter((hash) => photos.some((photo) => photo.sha256 === hash));
}

async function send() {
  const response = await sendWords();
  const answer = await answerOf(response);
  if (response.status === 401 || response.status === 403) {
    refuse([gettext("登录已过期，内容都还在。")], { href: form.dataset.signin, text: gettext("重新登录") });
    return;
  }
  if (response.status === 400) frozen = null;
  if (response.status === 409 && answer?.code === "uuid_taken") renew();
  const stored = answer?.code === "payload_conflict" ? answer.stored : answer;
  if (answer?.code === "payload_conflict" && photos.some((photo) => !stored.photos.some((each) => each.sha256 === photo.sha256))) {
    refuse([gettext("先前的内容服务器已经收到，新拍的照片请补充到那一条。")], { href: form.dataset.supplement.replace(NOBODY, stored.uuid), text: gettext("补充照片") });
    forgetDraft();
    gone = true;
    return;
  }
  if (stored?.uuid !== form.uuid.value || ![200, 201, 202, 409].includes(response.status)) {
    refuse(reasons(answer));
    return;
  }
  if ((await sendPhotos(stored.photos_missing)).length) throw new Error(gettext("还有照片没有传完。"));
  rememberType();
  forgetDraft();
  gone = true;
  location.assign(response.status === 202 ? form.dataset.held : form.dataset.sent.replace(NOBODY, form.uuid.value));
}

function renew() {
  form.uuid.value = crypto.randomUUID();
  frozen = null;
}

async function submitted(event) {
  event.preventDefault();
  if (sending) return;
  if (!form.querySelector("[name=problem_type]:checked")) {
    refuse([gettext("请先选问题类型。")]);
    return;
  }
  sending = true;
  const button = find("[data-send]");
  button.disabled = true;
  button.textContent = gettext("正在提交…");
  try {
    await send();
  } catch (error) {
    refuse([error instanceof TypeError ? gettext("网络不通，内容都还在，联网后再按“提交”。") : error.message]);
  }
  sending = false;
  button.disabled = false;
  button.textContent = gettext("提交");
  saveDraft();
}

function edited() {
  if (!sending) frozen = null;
  saveDraft();
}

// Photos of a draft are held by this page alone: whoever leaves before they are sent is asked first.
function asked(event) {
  if (!photos.length || gone) return;
  event.preventDefault();
  event.returnValue = true;
}

// --- start -----------------------------------------------------------------------------------------------------------------------------
function start() {
  find("[data-place-fields]").hidden = true;
  find("[data-change-place]").hidden = false;
  find("[data-change-place]").addEventListener("click", () => {
    find("[data-place-fields]").hidden = false;
    form.grid.focus();
  });
  for (const name of ["lon", "lat"]) form[name].addEventListener("change", () => { form.accuracy.value = ""; describePlace(); });
  find("[data-types]").addEventListener("change", nearby);
  if (form.lon.value) describePlace();
  else locate();
  arrangeTypes();
  if ("plain" in form.dataset || !crypto.subtle) return;
  loadDraft();
  const camera = form.photos;
  camera.removeAttribute("name");
  const album = find("[data-album]");
  album.hidden = false;
  for (const input of [camera, album.querySelector("input")]) {
    input.addEventListener("change", async () => {
      const files = [...input.files];
      await addFiles(files);
      input.value = "";
      edited();
    });
  }
  form.addEventListener("input", (event) => { if (event.target.type !== "file") edited(); });
  form.addEventListener("submit", submitted);
  window.addEventListener("beforeunload", asked);
}

start();
