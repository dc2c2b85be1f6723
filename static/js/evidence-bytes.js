// The second verifier, first half: bytes, hashes, signatures, the zip. Written apart from votes/evidence/verifier.py,
// for browsers; it must come to the same conclusions. Uses nothing but what the browser brings.
(function () {
  "use strict";

  const ZIP_TIME = 0, ZIP_DATE = 33, ZIP_MODE = 0o644 * 65536, LARGEST_FILE = 2 ** 30;
  const encoder = new TextEncoder();

  /** Looking further makes no sense; the problem is in the report. */
  class Stop extends Error {}

  /** Sorted keys, no space, no escapes but the necessary ones, integers only. */
  function canonical(value) {
    if (typeof value === "number") {
      if (!Number.isSafeInteger(value)) throw new TypeError("not an integer");
      return String(value);
    }
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]";
    const parts = Object.keys(value).sort().map((name) => JSON.stringify(name) + ":" + canonical(value[name]));
    return "{" + parts.join(",") + "}";
  }

  const same = (one, other) => canonical(one) === canonical(other);

  /** What canonical text says; throws where it is not canonical, to the byte. */
  function parse(text) {
    const value = JSON.parse(text);
    if (canonical(value) !== text || text.normalize("NFC") !== text) throw new TypeError("not canonical");
    return value;
  }

  const decode = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

  function fromHex(text) {
    if (!/^[0-9a-f]{64}$/.test(text)) throw new TypeError("not hex");
    return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
  }

  async function digest(...parts) {
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let place = 0;
    for (const part of parts) {
      whole.set(part, place);
      place += part.length;
    }
    return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  }

  const sha256 = async (data) => hex(await digest(typeof data === "string" ? encoder.encode(data) : data));
  const leafHash = (body) => digest(Uint8Array.of(0), encoder.encode(body));
  const node = (left, right) => digest(Uint8Array.of(1), left, right);

  /** RFC 6962 roots over the first `size` leaves, for each wanted size. */
  async function roots(leaves, sizes) {
    const found = new Map([[0, await sha256("")]]);
    const wanted = new Set(sizes);
    const stack = [];
    for (let place = 1; place <= leaves.length; place += 1) {
      let level = 0, top = leaves[place - 1];
      while (stack.length && stack[stack.length - 1].level === level) {
        top = await node(stack.pop().top, top);
        level += 1;
      }
      stack.push({ level, top });
      if (wanted.has(place)) {
        let root = stack[stack.length - 1].top;
        for (let below = stack.length - 2; below >= 0; below -= 1) root = await node(stack[below].top, root);
        found.set(place, hex(root));
      }
    }
    return found;
  }

  /** The root that an inclusion proof leads to; empty where the proof does not fit its place. */
  async function rootByPath(leaf, index, size, path) {
    if (!(Number.isInteger(index) && index >= 0 && index < size)) return "";
    let top = leaf, place = index, last = size - 1;
    for (const step of path) {
      if (last === 0) return "";
      const other = fromHex(step);
      if (place % 2 || place === last) {
        top = await node(other, top);
        while (place % 2 === 0 && place) {
          place = Math.floor(place / 2);
          last = Math.floor(last / 2);
        }
      } else {
        top = await node(top, other);
      }
      place = Math.floor(place / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 ? hex(top) : "";
  }

  function fromBase64(text) {
    const raw = atob(text);
    if (btoa(raw) !== text) throw new TypeError("not the usual base64");
    return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  }

  const imported = new Map();
  async function isSigned(body, signature, publicKey) {
    try {
      if (!imported.has(publicKey)) {
        const raw = fromBase64(publicKey);
        imported.set(publicKey, await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]));
      }
      const mark = fromBase64(signature);
      return await crypto.subtle.verify("Ed25519", imported.get(publicKey), mark, encoder.encode(body));
    } catch (error) {
      if (error.name === "NotSupportedError") throw error;
      return false;
    }
  }

  const keyId = async (publicKey) => (await sha256(fromBase64(publicKey))).slice(0, 16);

  // --- the zip: exactly what our writer writes, so that nothing hides between its parts ---

  const CRC = Array.from({ length: 256 }, (_, start) => {
    let value = start;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value >>> 0;
  });

  function crc32(bytes) {
    let value = 0xffffffff;
    for (const byte of bytes) value = CRC[(value ^ byte) & 255] ^ (value >>> 8);
    return (value ^ 0xffffffff) >>> 0;
  }

  async function inflate(packed, size) {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const whole = new Uint8Array(size);
    let place = 0;
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (place + value.length > size) throw new TypeError("content");
      whole.set(value, place);
      place += value.length;
    }
    if (place !== size) throw new TypeError("content");
    return whole;
  }

  function must(condition) {
    if (!condition) throw new TypeError("entry");
  }

  async function readEntry(data, view, place, expected) {
    const short = (at) => view.getUint16(at, true), long = (at) => view.getUint32(at, true);
    const nameSize = short(place + 28), offset = long(place + 42);
    const method = short(place + 10), crc = long(place + 16), packed = long(place + 20), size = long(place + 24);
    must(long(place) === 0x02014b50 && offset === expected && long(offset) === 0x04034b50);
    must(short(place + 4) === 0x0314 && short(place + 6) === 20 && short(place + 8) === 0);
    must(short(place + 12) === ZIP_TIME && short(place + 14) === ZIP_DATE && (method === 0 || method === 8));
    for (const at of [30, 32, 34, 36]) must(short(place + at) === 0);
    must(long(place + 38) === ZIP_MODE && size <= LARGEST_FILE && short(offset + 28) === 0);
    // version, flags, method, time, date; then crc, sizes and the length of the name: once more, the same
    for (const at of [0, 2, 4, 6, 8]) must(short(offset + 4 + at) === short(place + 6 + at));
    must(long(offset + 14) === crc && long(offset + 18) === packed && long(offset + 22) === size);
    must(short(offset + 26) === nameSize);
    const begin = offset + 30 + nameSize;
    const name = decode(data.subarray(place + 46, place + 46 + nameSize));
    must(decode(data.subarray(offset + 30, begin)) === name && begin + packed <= data.length);
    const body = data.subarray(begin, begin + packed);
    const content = method === 8 ? await inflate(body, size) : body;
    must(content.length === size && crc32(content) === crc);
    return { name, content, place: place + 46 + nameSize, expected: begin + packed };
  }

  /** The files of a pack by name. Puts what is wrong into the report. */
  async function readZip(data, report) {
    const files = new Map();
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const end = data.length - 22;
    if (end < 0 || view.getUint32(end, true) !== 0x06054b50) report.stop(end < 0 ? "zip" : "zip-end");
    try {
      const count = view.getUint16(end + 10, true), start = view.getUint32(end + 16, true);
      const size = view.getUint32(end + 12, true);
      must(view.getUint32(end + 4, true) === 0 && view.getUint16(end + 8, true) === count);
      must(view.getUint16(end + 20, true) === 0 && start + size + 22 === data.length);
      let place = start, expected = 0;
      for (let number = 0; number < count; number += 1) {
        const entry = await readEntry(data, view, place, expected);
        must(!files.has(entry.name) && /^[A-Za-z0-9-]+\.[a-z0-9]+$/.test(entry.name));
        files.set(entry.name, entry.content);
        ({ place, expected } = entry);
      }
      must(place === start + size && expected === start);
    } catch (error) {
      if (error instanceof Stop) throw error;
      report.stop("zip");
    }
    return files;
  }

  window.LinyiBytes = {
    Stop, canonical, same, parse, decode, hex, sha256, leafHash, roots, rootByPath, fromBase64, isSigned, keyId, readZip,
  };
})();
