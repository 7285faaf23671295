// An address that is no page.
import { Nothing, Page } from "../parts/page.tsx";
import { Link } from "../state/navigation.tsx";

export function LostPage() {
  return (
    <Page title="No such page">
      <Nothing title="Nothing is at this address">
        Go to <Link to="/">the products</Link>.
      </Nothing>
    </Page>
  );
}
