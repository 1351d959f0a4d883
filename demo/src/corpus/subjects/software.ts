import type { Subject } from '../types.ts';

export const software: Subject = {
  id: 'software',
  title: 'Software',
  passages: [
    {
      id: 'memory-leak',
      title: 'Objects that never go away',
      text: 'A memory leak happens when a program keeps hold of objects it will never touch again. The garbage collector cannot reclaim them, so consumption climbs hour after hour until the machine starts swapping.',
    },
    {
      id: 'git-undo',
      title: 'Undoing the last commit',
      text: 'To undo the newest commit but keep the changes in your files, run git reset with the soft option and one step before HEAD. If others already have the commit, make a reverting commit instead.',
    },
    {
      id: 'password-hash',
      title: 'How to store passwords',
      text: 'A site should never keep passwords themselves but a slow, salted hash of each, made with Argon2, scrypt or bcrypt. Slowness is the point: it makes guessing expensive for a thief of the table.',
    },
    {
      id: 'race-condition',
      title: 'Two threads, one counter',
      text: 'If two threads read a counter, add one and write it back, an update can get lost between reading and writing. An atomic operation or a lock makes the three steps happen as one.',
    },
    {
      id: 'float-tenths',
      title: 'A tenth is not exact',
      text: 'Binary floating point cannot represent one tenth exactly, so 0.1 plus 0.2 gives a number slightly above 0.3. Compare with a small tolerance and count money in whole cents.',
    },
    {
      id: 'index-database',
      title: 'What a database index does',
      text: 'An index keeps the values of a column in a sorted tree with pointers to the rows. Lookups get fast, while every insert becomes a little slower because the tree has to be kept up to date.',
    },
    {
      id: 'cache-invalidate',
      title: 'Names with hashes in them',
      text: 'Put a hash of the content into the file name and let browsers cache it for a year. When the content changes the name changes too, so nobody is left with an old copy.',
    },
    {
      id: 'utf8',
      title: 'One encoding for all scripts',
      text: 'UTF-8 stores a character in one to four bytes and leaves plain ASCII as it is. A character may also be built from several code points, so the length of a string depends on what is counted.',
    },
    {
      id: 'regression-test',
      title: 'A test for every bug',
      text: 'Before mending a bug, write a test that fails because of it. The test proves that the repair works and rings the bell if the bug ever comes back.',
    },
    {
      id: 'binary-search',
      title: 'Halving the list',
      text: 'Binary search finds an entry in a sorted list by comparing it with the middle one and throwing away half. A million entries take at most twenty comparisons.',
    },
    {
      id: 'dns-lookup',
      title: 'From name to number',
      text: 'When you type a web address, a resolver asks a root server, then the server of the top-level domain, then that of the site itself, until it has an IP address. The answer is kept for a while.',
    },
    {
      id: 'deadlock',
      title: 'Waiting for each other',
      text: 'Two programs are deadlocked when each holds a lock that the other one wants. Taking locks always in the same order makes it impossible.',
    },
    {
      id: 'https-cert',
      title: 'What the padlock proves',
      text: 'A certificate proves that the server you reached controls the domain name in the address bar, and the traffic is encrypted. It says nothing about whether the people behind it are honest.',
    },
    {
      id: 'semantic-version',
      title: 'Three numbers of a release',
      text: 'In semantic versioning the first number changes when something breaks, the second when something is added and the third for repairs. A tilde or caret in a dependency list says which changes are welcome.',
    },
    {
      id: 'accessibility-label',
      title: 'Labels for screen readers',
      text: 'Every input needs a label that is tied to it in the markup, since a placeholder disappears and is often skipped by screen readers. Check also that everything can be reached with the Tab key.',
    },
  ],
};
