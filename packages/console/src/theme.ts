// The look: the colours of a small coin (verdigris and bronze on paper or slate), put on the page as a constructed
// style sheet, which needs no inline style in the content security policy.
import {
  type CSSVariablesResolver,
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  type MantineColorsTuple,
  mergeMantineTheme,
} from "@mantine/core";

const verdigris: MantineColorsTuple = [
  "#ecf6f3",
  "#d3eae3",
  "#a8d6ca",
  "#79c0b0",
  "#4fa998",
  "#319482",
  "#1f7f6f",
  "#17695c",
  "#12554b",
  "#0c3f38",
];
const bronze: MantineColorsTuple = [
  "#fbf2e8",
  "#f4dfc7",
  "#e8c295",
  "#dba566",
  "#cd8a40",
  "#b97326",
  "#a0601a",
  "#844d14",
  "#693c10",
  "#4d2b0b",
];
/** Mantine's dark scale, cooler and with text that reads well on it. */
const dark: MantineColorsTuple = [
  "#dfe3e2",
  "#b9c0be",
  "#929b99",
  "#6c7674",
  "#414a48",
  "#2e3534",
  "#222827",
  "#191e1d",
  "#131716",
  "#0d100f",
];
const gray: MantineColorsTuple = [
  "#faf9f6",
  "#f3f1ec",
  "#e8e5de",
  "#dad6cd",
  "#c4bfb4",
  "#a19b8f",
  "#6f6a60",
  "#524e46",
  "#3a3731",
  "#24221e",
];

export const theme = createTheme({
  colors: { verdigris, bronze, dark, gray },
  primaryColor: "verdigris",
  primaryShade: { light: 6, dark: 6 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: "640", textWrap: "balance" },
  components: {
    Anchor: { defaultProps: { underline: "hover", inherit: true } },
    Badge: { defaultProps: { variant: "light", radius: "sm" } },
  },
});

/** The page's own variables beside Mantine's, per scheme: every colour that a part uses is one of these. */
const variables: CSSVariablesResolver = (merged) => {
  const base = defaultCssVariablesResolver(merged);
  return {
    variables: base.variables,
    light: {
      ...base.light,
      "--mantine-color-body": "#faf9f6",
      "--mantine-color-text": "#1d211f",
      "--mantine-color-dimmed": "#66635b",
      "--mantine-color-anchor": verdigris[7],
      "--mantine-color-default-border": gray[3],
      "--surface": "#ffffff",
      "--line": gray[2],
      "--grid": "#edeae3",
      "--champion": verdigris[6],
      "--challenger": bronze[5],
      "--muted": gray[5],
      "--good": verdigris[7],
      "--bad": "#b3362a",
    },
    dark: {
      ...base.dark,
      "--mantine-color-body": dark[8],
      "--mantine-color-dimmed": "#98a19f",
      "--mantine-color-anchor": verdigris[3],
      "--mantine-color-error": "#f08a7d",
      "--mantine-color-default": dark[6],
      "--mantine-color-default-border": dark[4],
      "--surface": dark[7],
      "--line": dark[5],
      "--grid": "#262d2b",
      "--champion": verdigris[4],
      "--challenger": bronze[3],
      "--muted": dark[3],
      "--good": verdigris[3],
      "--bad": "#f08a7d",
    },
  };
};

/** Puts the theme's variables on the document, after every style sheet of the page. */
export function installTheme(document: Document): void {
  const resolved = variables(mergeMantineTheme(DEFAULT_THEME, theme));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(convertCssVariables(resolved, ":root"));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
