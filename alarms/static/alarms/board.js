// The board's map: points of running alarms, fetched every ten seconds; outlines of townships and the cameras' views once.
// <div class="map" data-alarm-map="URL">; [data-wall="#id"] shows a part on the whole screen: [data-more] there says how many rows have no room.
const EVERY = 10_000;

function pin(alarm) {
  return L.divIcon({ className: `alarm-pin is-${alarm.tone || "plain"}`, iconSize: [22, 22] });
}

function label(alarm) {
  const box = document.createElement("div");
  const name = document.createElement("a");
  name.textContent = `${alarm.kind} ${alarm.number}`;
  name.href = alarm.url;
  box.append(name, document.createElement("br"), alarm.place, document.createElement("br"), alarm.state);
  if (alarm.due) {
    const clock = document.createElement("span");
    clock.dataset.due = alarm.due;
    box.append(document.createElement("br"), `${alarm.clock} `, clock);
  }
  return box;
}

// Leaflet sets a text as HTML.
function named(text) {
  const box = document.createElement("span");
  box.textContent = text;
  return box;
}

class Board {
  constructor(element) {
    this.url = element.dataset.alarmMap;
    this.element = element;
    this.map = L.map(element, { attributionControl: false, zoomSnap: 0.25 }).setView([35, 113], 9);
    L.control.scale({ imperial: false }).addTo(this.map);
    this.pins = new Map();
  }

  async start() {
    await this.look(true);
    setInterval(() => { if (!document.hidden) this.look(false); }, EVERY);
    document.addEventListener("fullscreenchange", () => setTimeout(() => this.fit(), 200));
  }

  async look(whole) {
    const answer = await fetch(`${this.url}${whole ? "?whole=1" : ""}`, { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || answer.redirected) return this.complain(true);
    this.complain(false);
    const data = await answer.json();
    if (data.outlines) this.ground(data);
    this.show(data.alarms);
  }

  ground({ outlines, sources }) {
    this.area = L.geoJSON(outlines, { interactive: false, style: { color: "#1d4f91", weight: 1.2, fillOpacity: 0.04 } }).addTo(this.map);
    for (const source of sources) {
      if (source.view.length) L.polygon(source.view.map(([lon, lat]) => [lat, lon]), { color: "#566273", weight: 0.8, fillOpacity: 0.08, interactive: false }).addTo(this.map);
      L.circleMarker([source.lat, source.lon], { radius: 4, color: "#566273", weight: 1.5, fillOpacity: 0.5 }).bindTooltip(named(source.name)).addTo(this.map);
    }
    this.fit();
  }

  fit() {
    this.map.invalidateSize();
    for (const marker of this.pins.values()) marker.getTooltip().update();
    if (this.area?.getBounds().isValid()) this.map.fitBounds(this.area.getBounds(), { padding: [12, 12] });
  }

  show(alarms) {
    const there = new Set(alarms.map((alarm) => alarm.id));
    for (const [id, marker] of this.pins) {
      if (!there.has(id)) { marker.remove(); this.pins.delete(id); }
    }
    for (const alarm of alarms) {
      const marker = this.pins.get(alarm.id) || this.marker(alarm);
      marker.setIcon(pin(alarm)).unbindPopup().bindPopup(() => label(alarm));
      this.pins.set(alarm.id, marker);
    }
    const waiting = document.querySelectorAll(".running-row.is-new").length;
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (waiting) document.title = `(${waiting}) ${document.title}`;
  }

  marker(alarm) {
    const label = { permanent: true, direction: "right", offset: [10, 0], className: "alarm-label" };
    return L.marker([alarm.lat, alarm.lon], { icon: pin(alarm), keyboard: true, alt: alarm.number }).bindTooltip(alarm.number.slice(-3), label).addTo(this.map);
  }

  complain(broken) {
    if (broken && !this.note) {
      this.note = document.createElement("p");
      this.note.className = "notice notice-warn";
      this.note.setAttribute("role", "alert");
      this.note.textContent = gettext("与服务器的连接断开，显示的可能不是最新情况；恢复后自动更新。");
      document.querySelector(".board-list").before(this.note);
    } else if (!broken && this.note) {
      this.note.remove();
      this.note = null;
    }
  }
}

// Nobody scrolls a wall: what lies below its edge is at least counted.
function count() {
  const more = document.querySelector("[data-more]");
  const edge = document.querySelector(".board-list").getBoundingClientRect().bottom;
  const hidden = [...document.querySelectorAll(".running-row")].filter((row) => row.getBoundingClientRect().bottom > edge + 1).length;
  more.hidden = !document.fullscreenElement || !hidden;
  more.textContent = interpolate(gettext("下面还有 %s 起"), [hidden]);
}

document.querySelectorAll("[data-alarm-map]").forEach((element) => new Board(element).start());
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-wall]");
  if (button) document.querySelector(button.dataset.wall).requestFullscreen();
});
for (const [where, what] of [[document, "htmx:afterSwap"], [document, "fullscreenchange"], [window, "resize"]]) {
  where.addEventListener(what, () => requestAnimationFrame(count));
}
document.querySelector(".board-list").addEventListener("scroll", count, { passive: true });
