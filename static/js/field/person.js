// Who uses this phone, and what was fetched for them: objects, checklists, rounds and tasks of their grids. Cleared at sign-out; what is unsent stays.
import { toast } from "./dom.js";
import * as queue from "./queue.js";
import { bundle, session } from "./server.js";
import * as store from "./store.js";

const FRESH = 10 * 60_000;

export const state = { person: null, bundle: null, online: navigator.onLine, signedIn: null, language: null, due: "" }; // ``due``: what the account must do first, in the server's words

export async function load() {
  [state.person, state.bundle] = await Promise.all([store.recall("person"), store.recall("bundle")]);
}

// Asks the server who is signed in and, when something has changed, what to keep. Returns whether anything new came.
export async function refresh({ force = false } = {}) {
  const who = await session().catch(() => undefined);
  state.online = Boolean(who);
  if (!who) return false;
  Object.assign(state, { signedIn: who.person !== null, language: who.language });
  if (!who.person) return load().then(() => true); // signed out in another tab: what was fetched is gone from here, too
  await become(who.person);
  const fetched = (await store.recall("fetched_at")) ?? 0;
  if (!force && state.bundle && Math.abs(Date.now() - fetched) < FRESH) return false;
  return fetchBundle();
}

// In one go: a page that is being drawn never meets nobody in between.
async function become(person) {
  if (state.person?.id !== person.id) {
    await forget();
    state.bundle = null;
  }
  state.person = person;
  await keep({ person });
}

async function fetchBundle() {
  const heldBefore = await queue.held(state.person.id);
  const { status, answer, etag } = await bundle(state.bundle ? await store.recall("etag") : null).catch(() => ({}));
  if (status === 200 && answer?.v === 1 && answer.person?.id === state.person.id) {
    state.bundle = answer;
    await keep({ bundle: answer, etag, fetched_at: Date.now() });
    await queue.tidy(state.person.id, answer.held.map((each) => each.uuid), heldBefore);
  } else if (status === 304) await keep({ fetched_at: Date.now() });
  state.due = status === 403 && answer?.code?.endsWith("_needed") ? answer.detail : "";
  return status === 200 || Boolean(state.due);
}

async function keep(values) {
  try {
    await store.rememberAll(values);
  } catch (error) {
    if (!store.isFull(error)) throw error;
    toast(gettext("手机存储空间不足，新的名单没有存下，没有网络时看到的是旧的。请删掉手机里不用的东西。"));
  }
}

const forget = () => store.unlearn("person", "bundle", "etag", "fetched_at", "types", "tracks");

export async function clear() {
  Object.assign(state, { person: null, bundle: null });
  await forget();
}

// Names of states and roles are in the language in which the bundle was fetched.
export const forgetWords = () => store.unlearn("fetched_at");

export const siteOf = (uuid) => state.bundle?.sites.find((site) => site.uuid === uuid);
export const typeOf = (named) => state.bundle?.problem_types.find((type) => type.id === named || type.code === named);
export const kindOf = (code) => state.bundle?.site_kinds.find((kind) => kind.code === code);

// The checklist of a visit: the one the plan names, else the newest for the object's kind.
export function checklistOf(site, code) {
  const all = state.bundle?.checklists ?? [];
  return all.find((each) => each.code === (code || site.checklists?.[0])) ?? null;
}

// All that an object may be looked at by: the usual lists of its kind first, then those that whoever is there may choose beside them.
export function listsOf(site) {
  const all = state.bundle?.checklists ?? [];
  const usual = site.checklists.map((code) => all.find((each) => each.code === code));
  const chosen = all.filter((each) => state.bundle.settings.addons?.includes(each.code) && each.kind.includes(site.kind));
  return [...new Set([...usual, ...chosen])].filter(Boolean);
}
