// Package cli is the buildkey command: what it takes, what it prints and how it
// ends.
//
// Exit codes are 0 for success, 1 for a failure, and 2 for wrong usage: an unknown
// command or flag, or a value that cannot be. An error is one line on the standard
// error that starts with "buildkey: " and says what to do; `keys revoke` goes on after
// one, and writes a line for each.
//
// A key is printed in one place, the standard output of `keys create` and `keys
// rotate`, alone on its line; whatever else these say goes to the standard error.
// No argument holds a key or a handle: a command that needs one reads it from the
// environment or from the standard input, since a process's arguments are open to
// every user of the machine.
package cli
