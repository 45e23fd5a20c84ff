import assert from "node:assert/strict";
import { extensionOf, mimeOfBytes, mimeOfName } from "../../src/archive/disk/mime.ts";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

Deno.test("mimeOfName() goes by the extension, and says nothing where there is none", () => {
  assert.equal(mimeOfName("run/images/3.png"), "image/png");
  assert.equal(mimeOfName("run/images/0.svg+xml"), "image/svg+xml");
  assert.equal(mimeOfName("run/model.BIN"), "application/octet-stream");
  assert.equal(mimeOfName("run.png/sample"), null);
  assert.equal(mimeOfName("run/a.unheard-of"), null);
});

Deno.test("mimeOfBytes() knows files by how they begin", async () => {
  const known: [string, string][] = [
    ["\x89PNG\r\n\x1a\n\0\0", "image/png"],
    ["\xff\xd8\xff\xe0JFIF", "image/jpeg"],
    ["GIF89a", "image/gif"],
    ["RIFF\x01\0\0\0WEBPVP8 ", "image/webp"],
    ["RIFF\x01\0\0\0WAVEfmt ", "audio/x-wav"],
    ["%PDF-1.7", "application/pdf"],
    ["PK\x03\x04rest", "application/zip"],
    ["\x1f\x8b\x08", "application/gzip"],
    ["<?xml version='1.0'?>\n<!-- made by hand -->\n<svg xmlns='x'>", "image/svg+xml"],
    ["  <svg>", "image/svg+xml"],
    ["<!DOCTYPE html>\n<html>", "text/html"],
    // What pandas writes of a frame, which Neptune 2.x stored as a file.
    ['<table border="1" class="dataframe">\n  <thead>', "text/html"],
    ["<tables of contents>", "text/plain"],
    ["<?xml version='1.0'?><data/>", "text/xml"],
    ["name,score\na,1\n", "text/plain"],
    ["", "application/octet-stream"],
    ["\0\x01\x02\x03", "application/octet-stream"],
  ];
  for (const [text, type] of known) assert.equal(await mimeOfBytes(bytes(text), true), type, JSON.stringify(text));
});

Deno.test("mimeOfBytes() takes for JSON what is JSON, as far as it can see", async () => {
  assert.equal(await mimeOfBytes(bytes('{"a": 1}'), true), "application/json");
  assert.equal(await mimeOfBytes(bytes("[1, 2]"), true), "application/json");
  assert.equal(await mimeOfBytes(bytes('{"a": [1, 2, '), false), "application/json");
  assert.equal(await mimeOfBytes(bytes("{not json"), true), "text/plain");
  assert.equal(await mimeOfBytes(bytes("[INFO] Starting"), false), "text/plain");
});

Deno.test("mimeOfBytes() does not mind a character that the first bytes cut in two", async () => {
  const text = new TextEncoder().encode("zażółć");
  assert.equal(await mimeOfBytes(text.subarray(0, 3), false), "text/plain");
  assert.equal(await mimeOfBytes(text.subarray(0, 3), true), "application/octet-stream");
});

Deno.test("the extensions that the exporter makes of types are read back as these types", () => {
  for (
    const type of ["image/svg+xml", "text/plain", "text/x-python", "text/xml", "audio/x-wav", "image/png", "audio/mpeg"]
  ) {
    const extension = extensionOf(type)!;
    assert.equal(mimeOfName(`a${extension}`), type, extension);
  }
  assert.equal(extensionOf("application/octet-stream"), ".bin");
  assert.equal(extensionOf("application/x-unheard-of"), null);
});
