// The console's entry: the styles, the theme, and the app on the page.
import "./no-eval.ts";

import "./mantine-styles.ts";
import "uplot/dist/uPlot.min.css";
import "./page.css";
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { installTheme, theme } from "./theme.ts";

installTheme(document);
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <App />
    </MantineProvider>
  </StrictMode>,
);
