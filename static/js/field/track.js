// The way of a night or emergency round: taken only where the district has switched it on, only while the round runs, and said so on the screen.
import { note } from "./dom.js";
import { state } from "./person.js";
import * as store from "./store.js";

const EVERY = 30_000;
const TRACKED = ["night", "emergency"];
let watching = null;

const wanted = (round) => Boolean(state.bundle?.settings.track) && TRACKED.includes(round.kind);

export function notice(round) {
  return wanted(round) && !round.isOver ? note(gettext("本区已开启夜查和应急巡查轨迹：从开始到结束，每半分钟记一个位置，仅用于这次巡查。"), "warn") : null;
}

export async function start(round) {
  if (!wanted(round)) return;
  await store.remember("track", { round: round.uuid, points: [] });
  resume();
}

// Also called when the app opens: a round that was running goes on being written down.
export async function resume() {
  const kept = await store.recall("track");
  if (!kept || watching !== null || !navigator.geolocation) return;
  watching = navigator.geolocation.watchPosition(write, () => {}, { enableHighAccuracy: true, maximumAge: 10_000 });
}

async function write({ coords, timestamp }) {
  const kept = await store.recall("track");
  const last = kept?.points.at(-1);
  if (!kept || (last && timestamp - Date.parse(last[0]) < EVERY)) return;
  kept.points.push([new Date(timestamp).toISOString(), Number(coords.longitude.toFixed(6)), Number(coords.latitude.toFixed(6)), Math.round(coords.accuracy)]);
  await store.remember("track", kept);
}

// Ends the watching and gives { track } for the act that finishes the round.
export async function take(round) {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  watching = null;
  const kept = await store.recall("track");
  await store.unlearn("track");
  return kept?.round === round.uuid && kept.points.length ? { track: kept.points } : {};
}
