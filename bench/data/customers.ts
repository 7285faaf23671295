// A table of 1,000,000 customers, written to a CSV file.
import { closeSync, openSync, writeSync } from "node:fs";
import { rng } from "@lepta/nn";

const rows = 1_000_000;

/** Whole numbers, decimals, a few per cent of them missing, categories, a day and a class: as tables of customers are. */
export function writeCustomers(path: string): void {
  const random = rng(1);
  const file = openSync(path, "w");
  const cities = Array.from({ length: 40 }, (_, i) => `city ${i}`);
  const names = ["id", "age", "children", "income", "debt", "score", "rate", "city", "purpose", "joined", "churn"];
  let text = `${names.join(",")}\n`;
  for (let row = 0; row < rows; row++) {
    const income = random.uniform() < 0.03 ? "NA" : (60_000 * random.uniform()).toFixed(2);
    const day = new Date(Date.UTC(2020, 0, 1 + Math.floor(1500 * random.uniform()))).toISOString().slice(0, 10);
    const numbers = [row, 18 + random.integer(70), random.integer(5), income, (9e3 * random.uniform()).toFixed(2)];
    const more = [random.uniform().toFixed(6), (random.normal() / 10).toFixed(4)];
    const words = [cities[random.integer(40)], ["car", "home", "study"][random.integer(3)], day];
    text += `${[...numbers, ...more, ...words, random.uniform() < 0.3 ? "yes" : "no"].join(",")}\n`;
    if (text.length > 1e6) {
      writeSync(file, text);
      text = "";
    }
  }
  writeSync(file, text);
  closeSync(file);
}
