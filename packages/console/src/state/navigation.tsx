// Moving between pages without reloading: the current address, navigate(), and a link that uses it.
import { Anchor, type AnchorProps } from "@mantine/core";
import { type ComponentPropsWithoutRef, type MouseEvent, useSyncExternalStore } from "react";

const moved = "lepta-moved";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(moved, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(moved, listener);
  };
}

/** Path and query; changes with every move. */
export function useAddress(): { path: string; query: URLSearchParams } {
  const href = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
  const [path = "/", search = ""] = href.split("?");
  return { path, query: new URLSearchParams(search) };
}

/** @param replace true where the move is a change of the same view and Back should not undo it */
export function navigate(to: string, replace = false): void {
  if (to === window.location.pathname + window.location.search) return;
  if (replace) window.history.replaceState(null, "", to);
  else window.history.pushState(null, "", to);
  window.dispatchEvent(new Event(moved));
}

type LinkProps = { to: string } & AnchorProps & Omit<ComponentPropsWithoutRef<"a">, keyof AnchorProps | "href">;

/** An ordinary link: opens in a new tab with the usual keys, else moves without a reload. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    navigate(to);
  }
  return <Anchor {...rest} href={to} onClick={follow} />;
}
