import type { Subject } from '../types.ts';

export const everydayLaw: Subject = {
  id: 'everyday-law',
  title: 'Everyday law',
  passages: [
    {
      id: 'withdraw-online',
      title: 'Fourteen days to decide',
      text: 'In the European Union, goods ordered online may be sent back within fourteen days of delivery, and the buyer need not give a reason. The seller then refunds the price and the cost of standard postage.',
    },
    {
      id: 'rental-deposit',
      title: 'The deposit of a tenant',
      text: 'A landlord holds a deposit as security for unpaid rent and for damage beyond normal wear. When the tenancy ends, the rest must be paid out, and in many countries an itemised list of deductions is required.',
    },
    {
      id: 'handshake-contract',
      title: 'Agreements without paper',
      text: 'Most contracts need no paper: an offer and an acceptance are enough, even spoken. Writing is required for some kinds, such as the sale of land, and it is always easier to prove.',
    },
    {
      id: 'small-claims',
      title: 'The small claims track',
      text: 'Courts in many countries have a simple procedure for disputes over modest sums. Fees are low, forms are short and people usually speak for themselves without a lawyer.',
    },
    {
      id: 'copyright-start',
      title: 'When copyright begins',
      text: "Copyright arises by itself as soon as an original work is written down or recorded. No registration or symbol is needed in countries of the Berne Convention, and it normally lasts for fifty to seventy years after the author's death.",
    },
    {
      id: 'warranty-guarantee',
      title: 'Warranty and legal guarantee',
      text: "A maker's warranty is a voluntary promise with its own terms. The legal guarantee against defects is owed by the shop, cannot be waived in consumer sales and lasts at least two years in the European Union.",
    },
    {
      id: 'will-basics',
      title: 'Writing a will',
      text: 'A will usually has to be signed, dated and witnessed, or written wholly by hand, depending on the country. Without one, the law divides the estate among the closest relatives.',
    },
    {
      id: 'power-attorney',
      title: 'Letting someone act for you',
      text: 'A power of attorney lets a person you trust sign papers or manage accounts in your name. A lasting one stays valid if you can no longer decide for yourself; it may be revoked while you can.',
    },
    {
      id: 'found-property',
      title: 'What you pick up in the street',
      text: 'Someone who finds a wallet does not own it. In most places it must be handed to the owner, the police or a lost-property office, and some laws give the finder a reward.',
    },
    {
      id: 'notice-period',
      title: 'Leaving a job',
      text: 'Either side normally has to give notice before a job ends, and the period often grows with the years of service. Pay and duties continue until the last day unless both agree otherwise.',
    },
    {
      id: 'noise-neighbour',
      title: 'Loud neighbours',
      text: 'Many towns set quiet hours at night, on Sundays or around midday. Keep a diary of times and kinds of noise, talk first, and turn to the landlord or the local authority if talking fails.',
    },
    {
      id: 'parking-fine',
      title: 'Appealing against a parking fine',
      text: 'Photograph the signs, the road markings and the ticket at once. An appeal has to arrive within the time printed on the notice, and paying the fine generally counts as accepting it.',
    },
    {
      id: 'personal-data',
      title: 'Asking what is kept about you',
      text: 'Under European data protection rules a company must tell you, within a month and free of charge, which personal data it keeps and why. You may have mistakes corrected and, in many cases, the data erased.',
    },
    {
      id: 'witness-accident',
      title: 'After a collision',
      text: 'Stop, make the place safe and help the injured. Exchange names and insurance details, take photographs and ask bystanders for their addresses before they leave.',
    },
    {
      id: 'minor-contract',
      title: 'Contracts of children',
      text: 'Children can make small everyday purchases, but larger contracts bind them only if a parent agrees. A seller who delivers a motorbike to a fifteen-year-old may have to take it back.',
    },
  ],
};
