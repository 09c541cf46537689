// The way of a night or emergency round: taken only where the district has switched it on, only while the round runs, and said so on the screen.
import { note } from "./dom.js";
import { state } from "./person.js";
import * as store from "./store.js";

const EVERY = 30_000;
const TRACKED = ["night", "emergency"];
const KEY = "tracks"; // uuid of a running round → its points
let watching = null;

const wanted = (round) => Boolean(state.bundle?.settings.track) && TRACKED.includes(round.kind);

export function notice(round) {
  return wanted(round) && !round.isOver ? note(gettext("本区已开启夜查和应急巡查轨迹：从开始到结束，每半分钟记一个位置，仅用于这次巡查。"), "warn") : null;
}

export async function start(round) {
  if (!wanted(round)) return;
  await store.amend(KEY, (tracks) => ({ ...tracks, [round.uuid]: tracks?.[round.uuid] ?? [] }));
  watch();
}

// When the app opens: a round that was running goes on being written down, one that is over is not.
export async function resume(running) {
  await keepOnly((uuid) => running.includes(uuid));
}

// { track } for the act that finishes the round.
export async function of(round) {
  const points = (await store.recall(KEY))?.[round.uuid] ?? [];
  return points.length ? { track: points } : {};
}

export const end = (round) => keepOnly((uuid) => uuid !== round.uuid);

async function keepOnly(isRunning) {
  if (!(await store.recall(KEY))) return;
  const kept = await store.amend(KEY, (tracks) => Object.fromEntries(Object.entries(tracks ?? {}).filter(([uuid]) => isRunning(uuid))));
  if (Object.keys(kept).length) watch();
  else rest();
}

function watch() {
  if (watching === null && navigator.geolocation) watching = navigator.geolocation.watchPosition(write, () => {}, { enableHighAccuracy: true, maximumAge: 10_000 });
}

function rest() {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  watching = null;
}

async function write({ coords, timestamp }) {
  const point = [new Date(timestamp).toISOString(), Number(coords.longitude.toFixed(6)), Number(coords.latitude.toFixed(6)), Math.round(coords.accuracy)];
  const isDue = (points) => !points.length || timestamp - Date.parse(points.at(-1)[0]) >= EVERY;
  const kept = await store.amend(KEY, (tracks) => Object.fromEntries(Object.entries(tracks ?? {}).map(([uuid, points]) => [uuid, isDue(points) ? [...points, point] : points])));
  if (!Object.keys(kept).length) rest(); // ended in another tab, or signed out
}
