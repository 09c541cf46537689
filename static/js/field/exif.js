// What a camera writes into a JPEG (Exif 2.3, APP1): carried over when the picture is made smaller, since a canvas forgets it.
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const APP1 = 0xe1;
const SCAN = 0xda;
const ORIENTATION = 0x0112;
const GPS = 0x8825;
const [LAT_REF, LAT, LON_REF, LON] = [1, 2, 3, 4];

// The APP1 segment of a JPEG with its marker and length, or null.
export function segmentOf(bytes) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  let at = 2;
  while (at + 4 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== SCAN) {
    const length = (bytes[at + 2] << 8) + bytes[at + 3];
    if (bytes[at + 1] === APP1 && EXIF.every((byte, n) => bytes[at + 4 + n] === byte)) return at + 2 + length <= bytes.length ? bytes.slice(at, at + 2 + length) : null;
    at += 2 + length;
  }
  return null;
}

// Parts of a JPEG into which ``segment`` was put. The pixels stand upright already, so the orientation it names becomes 1.
export function withSegment(jpeg, segment) {
  const upright = segment.slice();
  const entry = find(reader(upright), 0, ORIENTATION);
  if (entry) entry.write(1);
  return [jpeg.slice(0, 2), upright, jpeg.slice(2)];
}

// [lon, lat] in degrees, or null.
export function place(bytes) {
  const segment = segmentOf(bytes);
  if (!segment) return null;
  const tiff = reader(segment);
  const pointer = find(tiff, 0, GPS);
  if (!pointer) return null;
  const [latitude, longitude] = [degrees(tiff, pointer.value, LAT, LAT_REF, "S"), degrees(tiff, pointer.value, LON, LON_REF, "W")];
  return latitude === null || longitude === null ? null : [longitude, latitude];
}

function reader(segment) {
  const view = new DataView(segment.buffer, segment.byteOffset + 10, segment.byteLength - 10);
  return { view, little: view.byteLength > 8 && view.getUint16(0) === 0x4949 };
}

// The entry of a tag in the directory at ``offset``; 0 means the first one. Out of bounds counts as not there.
function find({ view, little }, offset, tag) {
  try {
    const start = offset || view.getUint32(4, little);
    for (let n = 0; n < view.getUint16(start, little); n += 1) {
      const at = start + 2 + 12 * n;
      if (view.getUint16(at, little) !== tag) continue;
      const isShort = view.getUint16(at + 2, little) === 3;
      return { at, value: isShort ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little), write: (value) => view.setUint16(at + 8, value, little) };
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

function degrees(tiff, directory, tag, refTag, negative) {
  const entry = find(tiff, directory, tag);
  const ref = find(tiff, directory, refTag);
  if (!entry || !ref) return null;
  const { view, little } = tiff;
  try {
    const parts = [0, 1, 2].map((n) => view.getUint32(entry.value + 8 * n, little) / view.getUint32(entry.value + 8 * n + 4, little));
    const sign = String.fromCharCode(view.getUint8(ref.at + 8)) === negative ? -1 : 1;
    const value = sign * (parts[0] + parts[1] / 60 + parts[2] / 3600);
    return Number.isFinite(value) ? value : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
