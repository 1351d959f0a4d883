/** A question and help texts of our own, several of them near the question in words. */
export const SAMPLE_QUERY = 'I keep being signed out. What can I do?';

export const SAMPLE_PASSAGES: readonly string[] = [
  'Choose a password of at least twelve characters. A password that you use nowhere else is safest, even if it is short.',
  'You are asked for your password again before you change the address of your account or delete it.',
  'Sign-ins end after 15 minutes without a click. To be kept signed in on your own computer, tick “Remember this device” under Security.',
  'If you forgot your password, choose “Forgot password” on the sign-in page, and a link is sent to you.',
  'A browser that deletes cookies when it is closed also forgets that you were signed in. Allow cookies of this site to stay.',
  'A password manager fills in the fields by itself. Again and again people tell us how much time this saves.',
  'Passwords are stored as salted hashes, so that nobody here can read them.',
  'Administrators can ask everyone in a team to choose a new password after a number of days.',
  'To share a folder, ask for the address of the other person and choose what they may do.',
  'Why two steps? A password can be guessed or stolen; a code on your phone is asked for as well.',
];
