// Imported first: tells zod not to probe for eval, which the page's content security policy forbids and would report.
import { z } from "zod";

z.config({ jitless: true });
