// Maps without tiles: grid outlines and points are enough, and work with no internet. Load vendor/leaflet.css and vendor/leaflet.js before.
// <div class="map" data-map
//      data-geojson="URL"          outlines (GeoJSON FeatureCollection, WGS-84); properties: name, url, text, tone, quiet (no popup: a click reaches the map);
//                                  beside its features it may have points: [[uuid, name, text, lon, lat, late]] and the address of each, with %s for the uuid
//      data-point="lon,lat"        one marked place; data-tone="late" where it is late
//      data-lon="#id" data-lat="#id"   a click chooses a place and writes it there
//      data-tiles="https://…/{z}/{x}/{y}.png" data-attribution="…"   only where the deployment has tiles
// ></div>
// Where a place is chosen, outlines are only shown: a click goes to the map.
const TONES = { late: "#c8102e", soon: "#a35400", done: "#2f6f4f", "": "#1d4f91" };

function label(properties) {
  const box = document.createElement("div");
  const name = document.createElement(properties.url ? "a" : "b");
  name.textContent = properties.name || "";
  if (properties.url) name.href = properties.url;
  box.append(name);
  if (properties.text) box.append(document.createElement("br"), properties.text);
  return box;
}

// Leaflet sets a text as HTML.
function named(text) {
  const box = document.createElement("span");
  box.textContent = text;
  return box;
}

const PIN = { className: "map-pin", iconSize: [20, 20] };

const OPTIONS = {
  style: (feature) => ({ color: TONES[feature.properties.tone || ""], weight: 1.5, fillOpacity: 0.08 }),
  pointToLayer: (feature, place) => L.circleMarker(place, { radius: 6, color: TONES[feature.properties.tone || ""], weight: 2, fillOpacity: 0.6 }),
  onEachFeature: (feature, layer) => {
    if (!feature.properties.name) return;
    if (!feature.properties.quiet) layer.bindPopup(() => label(feature.properties));
    if (feature.geometry.type !== "Point") layer.bindTooltip(named(feature.properties.name), { sticky: true });
  },
};

function unpacked({ points = [], address, ...shapes }) {
  const features = points.map(([uuid, name, text, lon, lat, late]) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, lat] },
    properties: { name, text, url: address.replace("%s", uuid), tone: late ? "late" : "" },
  }));
  return { ...shapes, features: [...shapes.features, ...features] };
}

async function outlines(map, url, choosing, placed) {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(gettext("地图数据没有取到"));
  const layer = L.geoJSON(unpacked(await answer.json()), choosing ? { ...OPTIONS, interactive: false, onEachFeature: undefined } : OPTIONS).addTo(map);
  if (!placed && layer.getBounds().isValid()) map.fitBounds(layer.getBounds(), { padding: [12, 12] });
}

function chooser(map, element) {
  const lon = document.querySelector(element.dataset.lon);
  const lat = document.querySelector(element.dataset.lat);
  let marker = null;
  const put = (place) => {
    marker = marker ? marker.setLatLng(place) : L.marker(place, { draggable: true, icon: L.divIcon(PIN) }).addTo(map);
    marker.off("dragend").on("dragend", () => write(marker.getLatLng()));
  };
  const write = (place) => {
    lon.value = place.lng.toFixed(6);
    lat.value = place.lat.toFixed(6);
    lon.dispatchEvent(new Event("change", { bubbles: true }));
  };
  map.on("click", (event) => { put(event.latlng); write(event.latlng); });
  const typed = () => { if (lon.value && lat.value) put([Number(lat.value), Number(lon.value)]); };
  lon.addEventListener("input", typed);
  lat.addEventListener("input", typed);
  typed();
}

function draw(element) {
  const data = element.dataset;
  const map = L.map(element, { attributionControl: Boolean(data.tiles), zoomControl: true, zoomSnap: 0.25 });
  map.setView([35, 113], 9);
  L.control.scale({ imperial: false }).addTo(map);
  if (data.tiles) L.tileLayer(data.tiles, { attribution: data.attribution || "" }).addTo(map);
  if (data.point) {
    const [lon, lat] = data.point.split(",").map(Number);
    L.circleMarker([lat, lon], { radius: 7, color: TONES[data.tone || ""], weight: 2, fillOpacity: 0.7 }).addTo(map);
    map.setView([lat, lon], data.geojson ? 12 : 14);
  }
  if (data.lon && data.lat) chooser(map, element);
  if (data.geojson) outlines(map, data.geojson, Boolean(data.lon), Boolean(data.point)).catch((error) => {
    const note = document.createElement("p");
    note.className = "notice notice-warn";
    note.textContent = error.message;
    element.before(note);
  });
  return map;
}

document.querySelectorAll("[data-map]").forEach(draw);
