// uPlot in React: made once per form, fed on every change, as wide as its place, in the colours of the scheme.
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import styles from "./plot.module.css";

interface PlotProps {
  /** Names the form: another one makes the plot anew. */
  form: string;
  data: uPlot.AlignedData;
  /** Height in pixels, held before the plot is there. */
  height: number;
  /** @param color reads one of the page's colour variables, e.g. color("--champion") */
  options: (color: (variable: string) => string) => Omit<uPlot.Options, "width" | "height">;
  /** What the plot shows, for who does not see it. */
  label: string;
  /** Index of the data under the cursor; null when it leaves. */
  onCursor?: ((index: number | null) => void) | undefined;
}

export function Plot({ form, data, height, options, label, onCursor }: PlotProps) {
  const scheme = useComputedColorScheme("light");
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const now = useRef({ data, options, onCursor });
  now.current = { data, options, onCursor };

  // Another form, scheme or height needs a new plot.
  const wanted = useMemo(() => ({ form, scheme, height }), [form, scheme, height]);
  useEffect(() => {
    const { height } = wanted;
    const element = place.current as HTMLDivElement;
    const computed = getComputedStyle(document.documentElement);
    const made = now.current.options((variable) => computed.getPropertyValue(variable).trim());
    const uplot = new uPlot(
      {
        ...made,
        width: element.clientWidth,
        height,
        hooks: { ...made.hooks, setCursor: [(u) => now.current.onCursor?.(u.cursor.idx ?? null)] },
      },
      now.current.data,
      element,
    );
    plot.current = uplot;
    const resized = new ResizeObserver(() => uplot.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      uplot.destroy();
      plot.current = undefined;
    };
  }, [wanted]);

  useEffect(() => plot.current?.setData(data), [data]);

  return <div ref={place} className={styles.plot} style={{ height }} role="img" aria-label={label} />;
}

/** Axes as every plot of the console has them. @param size room for the labels in pixels */
export function axis(color: (variable: string) => string, more: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: color("--mantine-color-dimmed"),
    font: "12px ui-sans-serif, system-ui, sans-serif",
    grid: { stroke: color("--grid"), width: 1 },
    ticks: { show: false },
    gap: 6,
    ...more,
  };
}
