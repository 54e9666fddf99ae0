// Package worker runs one build for a build server and reports it: what the
// buildkey builder command does.
//
// [Run] reads the build, its version and its project, waits for a free slot,
// clones the project's repository, runs the commands of its buildkey.yaml,
// reports each of them with its output and exit code, patches the version's
// result, finishes the build and revokes its own key.
//
// # Who is not trusted
//
// The commands come from the repository, so the attacker is whoever can push to
// it. They run as the worker's own user, in a session and process group of their
// own, with an environment built from a short list of names: no credential of
// the worker's is in it. [TakeCredential] takes the credential out of the
// worker's own environment as well, where a child of the same user could read
// it through /proc, and on Linux closes the worker's memory to other processes
// of that user. Root can read any memory: a worker of strangers' code does not
// run as root, and a process that leaves its session outlives its build unless
// the machine or container is thrown away with it.
//
// The repository field is text from the server. It is never an option of git's,
// and only the http, https, ssh, git and file transports are used. A password in
// it reaches git through the environment: not its arguments, not the checkout's
// configuration, no log line.
package worker
