/**
 * MIME types of stored files: by extension, which the exporter chose from the stored type, else by the first bytes.
 *
 * @module
 */

import { Mime } from "mime/lite";
import otherTypes from "mime/types/other.js";
import standardTypes from "mime/types/standard.js";

const UNKNOWN = "application/octet-stream";

/**
 * What the exporter and its users write otherwise than the registry says: extensions that are the second half of a type, types of
 * formats that are in none, and the extension that people know where the registry begins with another one.
 */
const MIME = new Mime(standardTypes, otherTypes).define({
  "image/svg+xml": ["svg", "svg+xml"],
  "text/plain": ["txt", "plain"],
  "text/x-python": ["py"],
  "text/xml": ["xml"],
  "application/yaml": ["yaml", "yml"],
  "application/vnd.apache.parquet": ["parquet"],
  "audio/x-wav": ["wav"],
  "audio/flac": ["flac"],
  "audio/mpeg": ["mp3"],
  "audio/ogg": ["ogg"],
  "video/quicktime": ["mov"],
}, true);

/** The extension, with its dot, that stands for a type; null where none is known. */
export function extensionOf(mimeType: string): string | null {
  const extension = mimeType === UNKNOWN ? "bin" : MIME.getExtension(mimeType);
  return extension && `.${extension}`;
}

/** The type that a file name stands for, or null where its extension is missing or not known. */
export function mimeOfName(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.includes(".") ? MIME.getType(name) : null;
}

/** How many bytes from the start {@linkcode mimeOfBytes} looks at. */
export const SNIFFED_BYTES = 4100;

const PNG = "\x89PNG\r\n\x1a\n";

/** The type that the first bytes of a file show. `complete`: these bytes are the whole file. */
export async function mimeOfBytes(bytes: Uint8Array, complete: boolean): Promise<string> {
  // Pictures that broke off are pictures.
  if ([...PNG].every((char, i) => bytes[i] === char.charCodeAt(0))) return "image/png";
  // Most stored files have an extension: only for others the package is loaded.
  const { fileTypeFromBuffer } = await import("file-type");
  const found = await fileTypeFromBuffer(bytes);
  if (found && found.ext !== "xml") return MIME.getType(found.ext) ?? found.mime;
  const text = decode(bytes, complete);
  if (text === null || text === "") return UNKNOWN;
  const start = text.trimStart();
  if (/^(<\?xml[^>]*\?>\s*)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(start)) return "image/svg+xml";
  if (/^(<!--[^]*?-->\s*)*(<!DOCTYPE html|<html|<head|<body|<table)[\s>]/i.test(start)) return "text/html";
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
