// The credit product: will an applicant repay? German credit, 1,000 applicants, 300 of them bad risks.
import { defineProduct, deploy, gate, price, table, tabular } from "lepta";

export default defineProduct({
  name: "credit",
  data: table("german-credit.csv", {
    target: "risk",
    positive: "bad",
    columns: {
      checking_status: "category",
      duration_months: "number",
      credit_history: "category",
      purpose: "category",
      credit_amount: "number",
      savings: "category",
      employment: "category",
      installment_rate: "number",
      personal_status: "category",
      other_debtors: "category",
      residence_since: "number",
      property: "category",
      age: "number",
      other_installment_plans: "category",
      housing: "category",
      existing_credits: "number",
      job: "category",
      num_dependents: "number",
      telephone: "category",
      foreign_worker: "category",
    },
  }),
  // The data's own cost matrix: a bad risk accepted costs 5, a good one refused 1.
  task: tabular.classifier({ costs: { falseNegative: 5, falsePositive: 1 } }),
  gates: [gate.min("auc", 0.65)],
  deploy: deploy.experiment({ traffic: 0.2 }),
  price: price.perPrediction("0.002 USD", { free: 100 }),
});
