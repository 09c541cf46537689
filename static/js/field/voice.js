// A voice memo instead of typing: at most a minute, kept and sent like a photo.
import { sha256 } from "./photos.js";

const LONGEST = 60_000;
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export function canRecord() {
  return Boolean(window.MediaRecorder && navigator.mediaDevices?.getUserMedia);
}

// Starts at once; { stop(), done } where done gives { blob, sha256, size, seconds, mime } or null when nothing was said. Throws when refused.
// It ends by itself when ``goesOn`` says no: the page was left.
export async function record({ goesOn = () => true } = {}) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const kind = KINDS.find((each) => MediaRecorder.isTypeSupported(each)) ?? "";
  const recorder = new MediaRecorder(stream, kind ? { mimeType: kind, audioBitsPerSecond: 24_000 } : {});
  const parts = [];
  const begun = Date.now();
  recorder.addEventListener("dataavailable", (event) => {
    parts.push(event.data);
    if (!goesOn()) stop();
  });
  const done = new Promise((finished) => {
    recorder.addEventListener("stop", async () => {
      stream.getTracks().forEach((track) => track.stop());
      finished(await memo(parts, recorder.mimeType, begun));
    });
  });
  const stop = () => { if (recorder.state !== "inactive") recorder.stop(); };
  recorder.start(1_000);
  setTimeout(stop, LONGEST);
  return { stop, done };
}

async function memo(parts, kind, begun) {
  const blob = new Blob(parts, { type: kind.split(";")[0] || "audio/webm" });
  const seconds = Math.min(LONGEST / 1000, Math.max(1, Math.round((Date.now() - begun) / 1000)));
  return blob.size ? { blob, sha256: await sha256(blob), size: blob.size, seconds, mime: blob.type, what: "voices" } : null;
}
