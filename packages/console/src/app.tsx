// Who is signed in, and which page is shown.
import type { ApiError } from "@lepta/api";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { Login } from "./login.tsx";
import { InvoicePage } from "./pages/invoice.tsx";
import { InvoicesPage } from "./pages/invoices.tsx";
import { KeysPage } from "./pages/keys.tsx";
import { LostPage } from "./pages/lost.tsx";
import { PredictionPage } from "./pages/prediction.tsx";
import { PredictionsPage } from "./pages/predictions.tsx";
import { ProductPage } from "./pages/product.tsx";
import { ProductsPage } from "./pages/products.tsx";
import { RunsPage } from "./pages/runs.tsx";
import { VersionPage } from "./pages/version.tsx";
import { VersionsPage } from "./pages/versions.tsx";
import { Rows } from "./parts/loading.tsx";
import { Shell } from "./shell.tsx";
import { useAddress } from "./state/navigation.tsx";
import { type Place, placeOf } from "./state/paths.ts";
import { openSession, SessionContext } from "./state/session.ts";
import { forgetKey, storeKey, takeKey } from "./state/stored-key.ts";

// The two pages that draw with uPlot bring it along when they are opened.
const RunPage = lazy(() => import("./pages/run.tsx"));
const UsagePage = lazy(() => import("./pages/usage.tsx"));

export function App() {
  const [key, setKey] = useState(() => takeKey(window));
  const [refusal, setRefusal] = useState<ApiError>();
  const { path } = useAddress();

  const signOut = useCallback((because?: ApiError) => {
    forgetKey(window);
    setRefusal(because);
    setKey(undefined);
  }, []);
  // An address with a key, opened in a tab that has the console already, changes the fragment only.
  useEffect(() => {
    function take() {
      if (!window.location.hash.includes("key=")) return;
      setRefusal(undefined);
      setKey(takeKey(window));
    }
    window.addEventListener("hashchange", take);
    return () => window.removeEventListener("hashchange", take);
  }, []);
  const session = useMemo(() => (key === undefined ? undefined : openSession(key, signOut)), [key, signOut]);

  if (!session) {
    return (
      <Login
        refusal={refusal}
        onKey={(given) => {
          storeKey(window, given);
          setRefusal(undefined);
          setKey(given);
        }}
      />
    );
  }
  const place = placeOf(path);
  return (
    <SessionContext value={session}>
      <Shell page={place?.page}>
        <Suspense fallback={<Rows count={6} />}>{place ? <PageOf key={path} place={place} /> : <LostPage />}</Suspense>
      </Shell>
    </SessionContext>
  );
}

function PageOf({ place: { page, params } }: { place: Place }) {
  const { product = "", version = "", id = "" } = params;
  switch (page) {
    case "products":
      return <ProductsPage />;
    case "product":
      return <ProductPage product={product} />;
    case "versions":
      return <VersionsPage product={product} />;
    case "version":
      return <VersionPage product={product} version={Number(version)} />;
    case "runs":
      return <RunsPage />;
    case "run":
      return <RunPage id={id} />;
    case "predictions":
      return <PredictionsPage />;
    case "prediction":
      return <PredictionPage id={id} />;
    case "usage":
      return <UsagePage />;
    case "invoices":
      return <InvoicesPage />;
    case "invoice":
      return <InvoicePage id={id} />;
    case "keys":
      return <KeysPage />;
  }
}
