// The packages, one for each platform: programs of other platforms are headers here, since only the
// packager is tried.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inflateRawSync } from "node:zlib";

const work = mkdtempSync(join(tmpdir(), "reloadsafe-package-"));
after(() => {
  rmSync(work, { recursive: true });
});

function elf(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.write("\x7fELF", "latin1");
  head.writeUInt16LE(machine, 18);
  return head;
}

function portable(machine: number): Buffer {
  const head = Buffer.alloc(256);
  head.write("MZ");
  head.writeUInt32LE(128, 60);
  head.write("PE\0\0", 128);
  head.writeUInt16LE(machine, 132);
  return head;
}

function machO(cpu: number): Buffer {
  const head = Buffer.alloc(64);
  head.writeUInt32LE(0xfeedfacf, 0);
  head.writeUInt32LE(cpu, 4);
  return head;
}

/** What a program for each platform begins with. */
const PROGRAMS: Record<string, Buffer> = {
  "linux-x64": elf(62),
  "linux-arm64": elf(183),
  "linux-armhf": elf(40),
  "alpine-x64": elf(62),
  "alpine-arm64": elf(183),
  "darwin-x64": machO(0x01000007),
  "darwin-arm64": machO(0x0100000c),
  "win32-x64": portable(0x8664),
  "win32-arm64": portable(0xaa64),
};

function package_(...options: string[]) {
  return spawnSync(process.execPath, ["scripts/package.mjs", ...options], { encoding: "utf8" });
}

interface Entry {
  /** The attributes that Unix has, such as the right to execute. */
  mode: number;
  text: Buffer;
}

/** The files of a ZIP archive (PKWARE's APPNOTE, 4.3.12 and 4.3.7). */
function unzipped(path: string): Map<string, Entry> {
  const archive = readFileSync(path);
  const end = archive.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const files = new Map<string, Entry>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const start = archive.readUInt32LE(at + 42);
    const head = 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
    const packed = archive.subarray(start + head, start + head + archive.readUInt32LE(at + 20));
    files.set(archive.toString("utf8", at + 46, at + 46 + (name ?? 0)), {
      mode: archive.readUInt32LE(at + 38) >>> 16,
      text: archive.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed),
    });
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

for (const [target, program] of Object.entries(PROGRAMS)) {
  test(`the package for ${target} says so and has its program inside`, () => {
    const binary = join(work, `program-${target}`);
    const out = join(work, `${target}.vsix`);
    writeFileSync(binary, program);
    const done = package_("--target", target, "--binary", binary, "--out", out);
    assert.equal(done.status, 0, done.stdout + done.stderr);
    const files = unzipped(out);
    const manifest = files.get("extension.vsixmanifest")?.text.toString();
    assert.match(manifest ?? "", new RegExp(`TargetPlatform="${target}"`));
    const inside = [...files.keys()].filter((name) => name.startsWith("extension/bin/"));
    const name = target.startsWith("win32") ? "reloadsafe.exe" : "reloadsafe";
    assert.deepEqual(inside, [`extension/bin/${name}`]);
    const packed = files.get(`extension/bin/${name}`);
    assert.ok(packed);
    assert.deepEqual(packed.text, program);
    assert.equal(packed.mode & 0o111, 0o111);
    for (const file of ["dist/extension.js", "dist/licences.txt", "LICENSE.txt", "readme.md"]) {
      assert.ok(files.has(`extension/${file}`), [...files.keys()].join("\n"));
    }
    assert.ok(![...files.keys()].some((name) => /node_modules|\/src\/|\/test\//.test(name)));
  });
}

test("the package without a platform has no program", () => {
  const out = join(work, "plain.vsix");
  const done = package_("--out", out);
  assert.equal(done.status, 0, done.stdout + done.stderr);
  const files = unzipped(out);
  assert.doesNotMatch(files.get("extension.vsixmanifest")?.text.toString() ?? "", /TargetPlatform/);
  assert.ok(![...files.keys()].some((name) => name.startsWith("extension/bin/")));
});

test("a program of another platform is refused", () => {
  const binary = join(work, "program-of-windows");
  writeFileSync(binary, portable(0x8664));
  for (const target of ["linux-x64", "win32-arm64", "darwin-arm64", "amiga-m68k"]) {
    const done = package_("--target", target, "--binary", binary, "--out", join(work, "no.vsix"));
    assert.equal(done.status, 2, target);
  }
  writeFileSync(binary, "#!/bin/sh\n");
  const done = package_("--target", "linux-x64", "--binary", binary);
  assert.equal(done.status, 2);
  assert.match(done.stderr, /no program for linux-x64/);
});
