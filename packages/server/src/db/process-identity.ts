// Who a process is, so that a number used again for another process is not taken for it.
import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface ProcessIdentity {
  host: string;
  pid: number;
  /**
   * Where the number counts: containers on one host have numbers of their own (PID namespaces), and may have the host's
   * name. null where the system has no such thing.
   */
  numberSpace: string | null;
  /** When it started, in the system's own words; null where the system does not tell. */
  start: string | null;
}

export function thisProcess(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, numberSpace: numberSpace(), start: processStart(process.pid) };
}

/** alive: it runs. dead: it does not, or its number is another's by now. unknown: its number cannot be seen from here. */
export function stateOf(identity: ProcessIdentity): "alive" | "dead" | "unknown" {
  if (identity.host !== hostname() || identity.numberSpace !== numberSpace()) return "unknown";
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "dead";
  }
  const start = processStart(identity.pid);
  return identity.start !== null && start !== null && start !== identity.start ? "dead" : "alive";
}

/** On Linux the PID namespace, with the boot in which its inode is that namespace's. */
function numberSpace(): string | null {
  if (process.platform !== "linux") return null;
  try {
    return `${bootId()}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    // Without /proc no number can be looked up, and no other process's either.
    return null;
  }
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

function processStart(pid: number): string | null {
  try {
    if (process.platform === "linux") {
      // Field 22 of stat: clock ticks since boot. The command's name, in brackets, may hold spaces and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
      return `${bootId()}/${ticks}`;
    }
    if (process.platform === "darwin") {
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    }
  } catch {
    // The process is gone, or the system hides it.
  }
  return null;
}
