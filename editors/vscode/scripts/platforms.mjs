// The platforms for which there are packages, as vsce names them, and what a program for each of
// them begins with. A package with the program of another platform installs and then does not start.

import { closeSync, openSync, readSync } from "node:fs";

/** ELF's e_machine, PE's Machine, Mach-O's cputype. */
const ELF = { x64: 62, arm64: 183, armhf: 40 };
const PE = { x64: 0x8664, arm64: 0xaa64 };
const MACH_O = { x64: 0x01000007, arm64: 0x0100000c };

export const TARGETS = {
  "linux-x64": ["ELF", ELF.x64],
  "linux-arm64": ["ELF", ELF.arm64],
  "linux-armhf": ["ELF", ELF.armhf],
  "alpine-x64": ["ELF", ELF.x64],
  "alpine-arm64": ["ELF", ELF.arm64],
  "darwin-x64": ["Mach-O", MACH_O.x64],
  "darwin-arm64": ["Mach-O", MACH_O.arm64],
  "win32-x64": ["PE", PE.x64],
  "win32-arm64": ["PE", PE.arm64],
};

/** What the program is called in the package for a platform. */
export function programName(target) {
  return target.startsWith("win32") ? "reloadsafe.exe" : "reloadsafe";
}

/** Why a file is no program for a platform; undefined where it is one. */
export function mismatch(target, path) {
  const wanted = TARGETS[target];
  if (wanted === undefined) {
    return `${target} is none of ${Object.keys(TARGETS).join(", ")}`;
  }
  const [format, machine] = formatOf(path);
  const fits = format === wanted[0] && (machine === wanted[1] || machine === "universal");
  return fits ? undefined : `${path} is no program for ${target}: ${format}, machine ${machine}`;
}

function formatOf(path) {
  const head = Buffer.alloc(4096);
  const file = openSync(path);
  const length = readSync(file, head);
  closeSync(file);
  if (length >= 20 && head.readUInt32BE(0) === 0x7f454c46) {
    return ["ELF", head.readUInt16LE(18)];
  }
  if (length >= 8 && head.readUInt32LE(0) === 0xfeedfacf) {
    return ["Mach-O", head.readUInt32LE(4)];
  }
  if (length >= 8 && head.readUInt32BE(0) === 0xcafebabe) {
    return ["Mach-O", "universal"];
  }
  const pe = length >= 64 && head.toString("latin1", 0, 2) === "MZ" ? head.readUInt32LE(60) : length;
  if (pe + 6 <= length && head.toString("latin1", pe, pe + 4) === "PE\0\0") {
    return ["PE", head.readUInt16LE(pe + 4)];
  }
  return ["no program", "none"];
}
