// Package cluster runs throw-away PostgreSQL servers for tests.
//
// [Find] looks for the server programs, [Install] asks the system's package
// manager for them, and [Start] makes a new cluster in a folder of its own:
// reached only through a Unix socket that nobody else can open, tuned to be
// fast and not to be durable. Started by root, it runs as another user, because
// initdb and postgres refuse root.
//
// Nothing is left behind, whatever ends the process that started it. A small
// shell script (guard.sh) owns the server and reads from a pipe that only the
// starting process holds open; when that process stops, crashes or is killed,
// the kernel closes the pipe, and the script stops the server and removes the
// folder.
//
// It needs a Unix system: Linux, macOS or a BSD.
package cluster
