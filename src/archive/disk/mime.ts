/**
 * MIME types of stored files: by extension, which the exporter chose from the stored type, else by the first bytes.
 *
 * @module
 */

const UNKNOWN = "application/octet-stream";

const BY_EXTENSION: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  bmp: "image/bmp",
  tif: "image/tiff",
  tiff: "image/tiff",
  ico: "image/vnd.microsoft.icon",
  svg: "image/svg+xml",
  "svg+xml": "image/svg+xml",
  html: "text/html",
  htm: "text/html",
  txt: "text/plain",
  plain: "text/plain",
  log: "text/plain",
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  md: "text/markdown",
  css: "text/css",
  js: "text/javascript",
  py: "text/x-python",
  xml: "text/xml",
  json: "application/json",
  yaml: "application/yaml",
  yml: "application/yaml",
  toml: "application/toml",
  pdf: "application/pdf",
  zip: "application/zip",
  gz: "application/gzip",
  tar: "application/x-tar",
  mp3: "audio/mpeg",
  wav: "audio/x-wav",
  ogg: "audio/ogg",
  flac: "audio/flac",
  mp4: "video/mp4",
  webm: "video/webm",
  mov: "video/quicktime",
  avi: "video/x-msvideo",
  parquet: "application/vnd.apache.parquet",
  ipynb: "application/x-ipynb+json",
  bin: UNKNOWN,
};

/** The extension, with its dot, that stands for a type; null where none is known. */
export function extensionOf(mimeType: string): string | null {
  const found = Object.entries(BY_EXTENSION).find(([, type]) => type === mimeType);
  return found ? `.${found[0]}` : null;
}

/** The type that a file name stands for, or null where its extension is missing or not known. */
export function mimeOfName(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? null : BY_EXTENSION[name.slice(dot + 1).toLowerCase()] ?? null;
}

const MAGIC: [offset: number, bytes: string, mime: string][] = [
  [0, "\x89PNG\r\n\x1a\n", "image/png"],
  [0, "\xff\xd8\xff", "image/jpeg"],
  [0, "GIF8", "image/gif"],
  [8, "WEBP", "image/webp"],
  [0, "BM", "image/bmp"],
  [0, "II*\0", "image/tiff"],
  [0, "MM\0*", "image/tiff"],
  [0, "%PDF-", "application/pdf"],
  [0, "PK\x03\x04", "application/zip"],
  [0, "PK\x05\x06", "application/zip"],
  [0, "\x1f\x8b", "application/gzip"],
  [257, "ustar", "application/x-tar"],
  [0, "PAR1", "application/vnd.apache.parquet"],
  [0, "ID3", "audio/mpeg"],
  [8, "WAVE", "audio/x-wav"],
  [0, "OggS", "audio/ogg"],
  [0, "fLaC", "audio/flac"],
  [4, "ftyp", "video/mp4"],
  [0, "\x1a\x45\xdf\xa3", "video/webm"],
];

/** How many bytes from the start {@linkcode mimeOfBytes} looks at. */
export const SNIFFED_BYTES = 512;

/** The type that the first bytes of a file show. `complete`: these bytes are the whole file. */
export function mimeOfBytes(bytes: Uint8Array, complete: boolean): string {
  const at = (offset: number, magic: string) => [...magic].every((char, i) => bytes[offset + i] === char.charCodeAt(0));
  const found = MAGIC.find(([offset, magic]) => at(offset, magic));
  if (found) return found[2];
  const text = decode(bytes, complete);
  if (text === null || text === "") return UNKNOWN;
  const start = text.trimStart();
  if (/^(<\?xml[^>]*\?>\s*)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(start)) return "image/svg+xml";
  if (/^(<!--[^]*?-->\s*)*(<!DOCTYPE html|<html|<head|<body)[\s>]/i.test(start)) return "text/html";
  if (start.startsWith("<?xml")) return "text/xml";
  return isJson(start, complete) ? "application/json" : "text/plain";
}

/** Text, or null where these bytes are none. */
function decode(bytes: Uint8Array, complete: boolean): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !complete });
    // deno-lint-ignore no-control-regex
    return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

function isJson(text: string, complete: boolean): boolean {
  if (!complete) return /^(\{\s*("|\})|\[\s*(["{[\]]|-?\d|true|false|null))/.test(text);
  if (!/^[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
