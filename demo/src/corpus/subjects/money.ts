import type { Subject } from '../types.ts';

export const money: Subject = {
  id: 'money',
  title: 'Money',
  passages: [
    {
      id: 'compound-interest',
      title: 'Interest on interest',
      text: 'Compound interest is paid on what was earned earlier as well as on the first sum. At five per cent a year an amount doubles in about fourteen years and quadruples in twenty-eight.',
    },
    {
      id: 'emergency-fund',
      title: 'A cushion for bad months',
      text: 'Keep three to six months of spending in an account you can reach at once. It turns a broken boiler or a lost job from a disaster into a nuisance and keeps you out of expensive loans.',
    },
    {
      id: 'inflation',
      title: 'What inflation does',
      text: 'Inflation is a general rise in prices, so the same banknote buys less each year. At three per cent a year, money loses about half of its buying power in twenty-four years.',
    },
    {
      id: 'credit-card-min',
      title: 'The minimum payment trap',
      text: 'Paying only the minimum on a credit card mostly covers interest. A debt of a thousand at twenty per cent can take well over ten years to clear in this way.',
    },
    {
      id: 'index-fund',
      title: 'Owning a bit of everything',
      text: 'An index fund buys all the shares of a list instead of picking winners. Because nobody has to be paid for picking, its yearly fee is often below a quarter of a per cent.',
    },
    {
      id: 'bond-price',
      title: 'Why bond prices fall',
      text: 'When interest rates rise, existing bonds with lower coupons become less attractive and their price falls. The longer a bond has to run, the stronger the effect.',
    },
    {
      id: 'budget-envelopes',
      title: 'Envelopes for spending',
      text: "In the envelope method you divide each month's income into groceries, rent, fun and so on as soon as it comes. When an envelope is empty, that kind of spending waits until next month.",
    },
    {
      id: 'exchange-fees',
      title: 'Paying abroad',
      text: "When a foreign cash machine offers to charge you in your own currency, decline. The exchange rate of the machine's owner is nearly always worse than that of your bank.",
    },
    {
      id: 'mortgage-length',
      title: 'Long or short mortgage',
      text: 'A longer mortgage lowers the monthly payment but raises the total interest. Over thirty years at four per cent the interest comes to more than seventy per cent of the loan.',
    },
    {
      id: 'insurance-purpose',
      title: 'What is worth insuring',
      text: "Insure what would ruin you, such as liability, disability or a house fire, and carry small risks like a cracked phone yourself. Each policy includes the insurer's costs and profit.",
    },
    {
      id: 'diversify',
      title: 'Eggs and baskets',
      text: 'Spreading money over many companies, countries and kinds of investment lowers the risk that one failure takes it all. It does not protect from a fall of the whole market.',
    },
    {
      id: 'tax-brackets',
      title: 'Earning more never costs more',
      text: 'In a progressive tax only the part of the income above a threshold is taxed at the higher rate. A rise in salary therefore never leaves you with less after income tax.',
    },
    {
      id: 'phishing-bank',
      title: 'A message from your bank',
      text: 'A bank never asks for a PIN or a one-time code by message or telephone. If in doubt, hang up, wait a little and call the number printed on your card.',
    },
    {
      id: 'second-hand',
      title: 'What a used thing costs',
      text: 'A car loses up to a third of its value in the first year and about half in three. Whoever buys it three years old lets someone else pay for that part.',
    },
    {
      id: 'tipping',
      title: 'How much to tip',
      text: 'In the United States a tip of fifteen to twenty per cent is expected in restaurants, because it is a large part of the pay. In Japan a tip can embarrass, and in much of Europe rounding up is enough.',
    },
  ],
};
