import assert from "node:assert/strict";
import { type FileBytes, fileView } from "../../src/display/file/file_view.ts";
import { markup } from "../../src/display/html.ts";
import { encodePng } from "../../src/display/file/png.ts";
import { checkHtml } from "./kernel_rules.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function show(mimeType: string, content: FileBytes, path = "runs/file") {
  const size = typeof content === "string" ? 500_000 : content.length;
  const { html, text } = fileView({ path, size, mimeType }, content);
  const page = markup`${html}`.toString();
  checkHtml(page);
  return { html: page, text };
}

Deno.test("a file shows as what it is, also where its name does not tell", () => {
  const mp4 = Uint8Array.from([0, 0, 0, 32, ...bytes("ftypisom"), 1, 2]);
  const wav = bytes("RIFF\x01\x01\x01\x01WAVEfmt ");
  const cases: [mimeType: string, content: Uint8Array, expected: RegExp][] = [
    ["image/png", encodePng(2, 2, new Uint8Array(16)), /<img src="data:image\/png/],
    ["application/octet-stream", encodePng(2, 2, new Uint8Array(16)), /<img src="data:image\/png/],
    ["video/mp4", mp4, /<video controls loop src="data:video\/mp4/],
    ["application/octet-stream", mp4, /<video controls loop src="data:video\/mp4/],
    ["audio/wav", wav, /<audio controls src="data:audio\/wav/],
    ["application/octet-stream", wav, /<audio controls src="data:audio\/wav/],
    ["text/csv", bytes("a,b\n1,x\n2,y\n"), /<table[^]*>a<[^]*i64[^]*>y</],
    ["text/plain", bytes("id,name\n1,x\n2,y\n"), /<table[^]*>name</],
    ["text/html", bytes("<p>hello"), /<iframe sandbox="" srcdoc="&lt;p&gt;hello"/],
    [
      "text/plain",
      bytes('<table border="1"><tr><td>7</td></tr></table>'),
      /<iframe sandbox="" srcdoc="&lt;table border=&quot;1/,
    ],
    ["application/json", bytes('{"a":[1]}'), /{\n {2}&quot;a&quot;: \[/],
    ["text/plain", bytes("two\nlines, and a comma"), /two\nlines, and a comma/],
    [
      "application/octet-stream",
      Uint8Array.of(80, 75, 3, 4, 0, 0, 255),
      /^<div[^>]*>runs\/file \(application\/octet-stream, 7 B\)/,
    ],
  ];
  for (const [mimeType, content, expected] of cases) {
    assert.match(show(mimeType, content).html, expected, `${mimeType}: ${expected}`);
    assert.match(show(mimeType, content).text, /runs\/file \(/);
  }
  assert.match(show("text/plain", bytes("a\tb\n1\t2\n"), "t.tsv").html, /<table[^]*>a<[^]*>b</);
});

Deno.test("a page in a frame stays in it: quotes cannot end the attribute", () => {
  const { html } = show("text/html", bytes(`<p title='x' id="y"></p>"></iframe><script>alert(1)</script>`));
  assert.doesNotMatch(html, /<script/);
  assert.equal(html.match(/<iframe/g)!.length, 1);
});

Deno.test("files that cannot be shown say why", () => {
  assert.match(show("image/png", "missing").text, /The file itself is missing/);
  assert.match(show("image/png", "not read").html, /Larger than 180 kB, so not shown here: fetch\(\) gives the file/);
  assert.doesNotMatch(show("application/zip", "not read").html, /Larger/);
});
