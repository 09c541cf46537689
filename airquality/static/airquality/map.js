// Stations on a map in the colours of the index. Load vendor/leaflet.js before.
// <div data-air-map="id of a json_script" data-geojson="URL of outlines">; the points are read again after each renewal by htmx.
// Each: name, lon, lat, aqi (as printed), level (0 to 6), text (its class), reference (a square), old (the hour is not the newest), url.
const OUTLINE = { color: "#1d4f91", weight: 1.2, fillOpacity: 0.05, interactive: false };

function pin(point) {
  const classes = ["aqi-pin", `aqi-${point.level}`];
  if (point.reference) classes.push("is-square");
  if (point.old) classes.push("is-old");
  const words = document.createElement("span");
  words.textContent = point.aqi;
  return L.divIcon({ className: classes.join(" "), html: words, iconSize: [38, 30] });
}

function draw(layer, points) {
  layer.clearLayers();
  for (const point of points) {
    const words = [point.name, point.aqi, point.text].filter(Boolean).join(" ");
    const marker = L.marker([point.lat, point.lon], { icon: pin(point), title: words, alt: words, keyboard: true }).addTo(layer);
    marker.on("click", () => location.assign(point.url));
  }
}

async function outlines(map, url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) return;
  L.geoJSON(await answer.json(), { style: OUTLINE, interactive: false }).addTo(map);
}

function start(element) {
  const read = () => JSON.parse(document.getElementById(element.dataset.airMap).textContent);
  const map = L.map(element, { attributionControl: false, zoomSnap: 0.25, scrollWheelZoom: false });
  const layer = L.featureGroup().addTo(map);
  map.setView([35, 113], 9);
  L.control.scale({ imperial: false }).addTo(map);
  draw(layer, read());
  if (layer.getBounds().isValid()) map.fitBounds(layer.getBounds(), { padding: [36, 36], maxZoom: 13 });
  outlines(map, element.dataset.geojson);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "air") draw(layer, read()); });
}

document.querySelectorAll("[data-air-map]").forEach(start);
