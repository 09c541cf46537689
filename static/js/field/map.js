// Grid borders and objects without tiles; with tiles of the deployment while there is a network.
import { bar, h, note, place } from "./dom.js";
import { state } from "./person.js";
import { overlaid } from "./rounds.js";

const LINE = { color: "#1d4f91", weight: 2, fillOpacity: 0.05 };

function loaded() {
  if (window.L) return Promise.resolve();
  const part = (tag, properties) => new Promise((onload, onerror) => { document.head.append(h(tag, { ...properties, onload, onerror })); });
  return Promise.all([part("link", { rel: "stylesheet", href: place.leafletCss }), part("script", { src: place.leaflet })]);
}

// A map has no size, and shows nothing, before it stands on the page.
function shown(box) {
  return new Promise((done) => {
    const sized = new ResizeObserver(() => {
      if (!box.clientHeight) return;
      sized.disconnect();
      done();
    });
    sized.observe(box);
  });
}

export async function map() {
  const box = h("div.m-map", { "data-map": "" });
  const visits = (await overlaid()).filter((round) => !round.isOver).flatMap((round) => round.visits);
  const due = new Set(visits.filter((visit) => !visit.isDone).map((visit) => visit.site));
  loaded().then(() => shown(box)).then(() => draw(box, due), () => box.replaceWith(note(gettext("地图没有取到，联网打开一次后离线也能用。"), "warn")));
  const legend = h("p.m-legend", {}, h("span.soon", {}, "● ", gettext("今天要去")), h("span.done", {}, "● ", gettext("其他对象")));
  return [bar(gettext("网格地图")), h("main.m-whole", { id: "content" }, box, legend)];
}

function draw(box, due) {
  const { grids, sites, settings } = state.bundle ?? { grids: [], sites: [], settings: {} };
  const drawn = L.map(box, { attributionControl: Boolean(settings.tiles) }).setView([35, 113], 9);
  if (settings.tiles && state.online) L.tileLayer(settings.tiles, { attribution: settings.tiles_attribution ?? "" }).addTo(drawn);
  const borders = L.geoJSON({ type: "FeatureCollection", features: grids.filter((grid) => grid.polygon).map((grid) => ({ type: "Feature", geometry: grid.polygon, properties: { name: grid.name } })) }, { style: LINE, interactive: false }).addTo(drawn);
  if (borders.getBounds().isValid()) drawn.fitBounds(borders.getBounds(), { padding: [12, 12] });
  sites.filter((site) => site.lon).forEach((site) => point(site, due.has(site.uuid)).addTo(drawn));
  navigator.geolocation?.getCurrentPosition(({ coords }) => L.circleMarker([coords.latitude, coords.longitude], { radius: 8, color: "#fff", weight: 3, fillColor: "#1d4f91", fillOpacity: 1, interactive: false }).addTo(drawn), () => {}, { maximumAge: 60_000 });
}

function point(site, isDue) {
  const link = h("a", { href: `/m/site/${site.uuid}/` }, site.name);
  return L.circleMarker([site.lat, site.lon], { radius: 9, color: isDue ? "#a35400" : "#2f6f4f", weight: 2, fillOpacity: 0.5 }).bindPopup(link);
}
