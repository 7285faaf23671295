import { defineProduct, price, table, tabular } from "lepta";
export default defineProduct({
  name: "leaves",
  data: table("leaves.csv", { target: "y", columns: { size: "number", tree: "category" } }),
  task: tabular.classifier(),
  price: price.perPrediction("0.01 USD", { free: 5 }),
});
