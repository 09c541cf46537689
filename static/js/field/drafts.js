// Reports and visits begun and not submitted. Each has its own draft, so that a new one never takes the place, time or photos of one left behind; they
// stay for their author when another person signs in, as unsent items do.
import { state } from "./person.js";
import { taken } from "./photos.js";
import * as store from "./store.js";

export const MAX_PHOTOS = 9;
export const SAME_WALK = 30 * 60_000;
let opened = null;

export const keyOf = (draft) => `report-${draft.uuid}`;
export const isBegun = (draft) => Boolean(draft.photos.length || draft.voice || draft.type || draft.text || draft.address || draft.site);

const empty = () => ({
  uuid: crypto.randomUUID(), kind: "report", person: state.person.id, captured_at: new Date().toISOString(),
  photos: [], voice: null, type: null, text: "", address: "", grid: "", dissuaded: false, where: null,
});

// A report begun elsewhere: photos just taken, or a problem of an object.
export async function begin({ files = [], ...rest } = {}) {
  opened = { ...empty(), ...rest };
  await addPhotos(opened, files);
  await keepDraft(opened);
}

export function resume(draft) {
  opened = draft;
}

// What this person has begun and not submitted, newest first.
export async function drafts() {
  return (await own("report")).sort((a, b) => b.captured_at.localeCompare(a.captured_at));
}

async function own(kind) {
  const { id } = state.person; // asked before waiting: somebody may sign out meanwhile
  return (await store.drafts()).filter((each) => each.kind === kind && each.person === id);
}

// The one on the screen before; after a restart what was begun just now.
export async function atHand() {
  if (opened?.person !== state.person.id || !isBegun(opened)) {
    const [last] = await drafts();
    opened = last && Math.abs(Date.now() - Date.parse(last.captured_at)) < SAME_WALK ? last : empty();
  }
  return opened;
}

// Photos of a draft are read one after the other; a phone takes its time over a large one.
const reading = new WeakMap();

export function addPhotos(draft, files, options) {
  const added = (reading.get(draft) ?? Promise.resolve()).then(() => take(draft, files, options));
  reading.set(draft, added.catch(() => {})); // one that cannot be read holds no other up
  return added;
}

// Until all photos chosen so far are in the draft: what is sent before would go without them.
export async function read(draft) {
  for (let seen = null; seen !== reading.get(draft);) {
    seen = reading.get(draft);
    await seen;
  }
}

async function take(draft, files, { fromAlbum = false } = {}) {
  for (const file of files) {
    const photo = await taken(file, { fromAlbum });
    if (draft.photos.length < MAX_PHOTOS && !draft.photos.some((each) => each.sha256 === photo.sha256)) draft.photos.push(photo);
  }
}

// Whether the phone is full.
export const keepDraft = (draft) => wasFull(isBegun(draft) ? store.keepDraft(keyOf(draft), draft) : store.dropDraft(keyOf(draft)));

async function wasFull(keeping) {
  try {
    await keeping;
    return false;
  } catch (error) {
    if (!store.isFull(error)) throw error;
    return true;
  }
}

export async function forget(draft) {
  if (opened === draft) opened = null;
  await store.dropDraft(keyOf(draft));
}

// --- visits: each under its author and the number that it will be sent with --------------------------------------------------------------------
const keyBefore = (uuid) => `visit-${uuid}`; // of releases that took a phone for one person's

export const visitKey = ({ key, person, uuid }) => key ?? `visit-${person}-${uuid}`;

// What this person has begun of a visit: another one's on the same phone is neither shown nor touched.
export async function keptVisit(uuid) {
  const { id } = state.person;
  const before = await store.draft(keyBefore(uuid));
  if (before?.person === id) return { ...before, key: keyBefore(uuid) };
  return store.draft(visitKey({ person: id, uuid }));
}

// ``about``: the object as it was known, since it may leave the list of this phone before the visit is sent.
export const emptyVisit = (site, { uuid, code }) => ({
  kind: "visit", uuid, person: state.person.id, site: site.uuid, about: site, code, answers: {}, notes: {}, photos: [], text: "", arrived_at: new Date().toISOString(),
});

const isVisitBegun = ({ answers, photos, text }) => Boolean(photos.length || text || Object.values(answers).some((answer) => answer !== undefined));

// What this person has begun to look at and not submitted, newest first.
export async function visitDrafts() {
  return (await own("visit")).filter(isVisitBegun).sort((a, b) => b.arrived_at.localeCompare(a.arrived_at));
}

export const keepVisit = (draft) => wasFull(store.keepDraft(visitKey(draft), draft));
export const forgetVisit = (draft) => store.dropDraft(visitKey(draft));
