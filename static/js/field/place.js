// Where the phone is, and in which grid that lies: worked out on the phone, so that it works without network. WGS-84.
const EARTH = 6_371_008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;

export function distance(lon1, lat1, lon2, lat2) {
  const half = Math.sin(radians(lat2 - lat1) / 2) ** 2 + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(half)));
}

// { lon, lat, accuracy }, or null when the person or the phone gives no place.
export function locate({ patience = 15_000 } = {}) {
  if (!navigator.geolocation || !window.isSecureContext) return Promise.resolve(null);
  return new Promise((done) => {
    const found = ({ coords }) => done({ lon: Number(coords.longitude.toFixed(6)), lat: Number(coords.latitude.toFixed(6)), accuracy: Math.round(coords.accuracy) });
    navigator.geolocation.getCurrentPosition(found, () => done(null), { enableHighAccuracy: true, timeout: patience, maximumAge: 30_000 });
  });
}

// The deepest of ``grids`` whose outline holds the point; on a border there may be two.
export function gridsAt(grids, lon, lat) {
  const holding = grids.filter((grid) => grid.polygon && holds(grid.polygon, lon, lat));
  return holding.filter((grid) => !holding.some((other) => other !== grid && other.path.startsWith(grid.path)));
}

function holds(geometry, lon, lat) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.some(([outer, ...holes]) => inRing(outer, lon, lat) && !holes.some((hole) => inRing(hole, lon, lat)));
}

function inRing(ring, lon, lat) {
  let inside = false;
  for (let n = 0, last = ring.length - 1; n < ring.length; last = n, n += 1) {
    const [x1, y1] = ring[n];
    const [x2, y2] = ring[last];
    if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

export function metres(value) {
  return value < 1000 ? `${Math.round(value)} m` : `${(value / 1000).toFixed(1)} km`;
}
