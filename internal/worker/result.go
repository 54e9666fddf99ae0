package worker

import (
	"strings"
	"time"
)

// Result is what became of a build. It holds no credential.
type Result struct {
	Build, Project, Version string // the build's id, the slugs of the others
	Commit                  string // the whole hash that was checked out; "" before that
	State                   string // the last state that the server took from the worker, or was read from it
	Success                 bool
	Error                   string // why the build failed or stopped, "" on success
	Commands                []CommandResult
	Length                  time.Duration // from the start of cloning
	Revoked                 bool          // the server confirmed that the key is dead
}

// CommandResult is one command that ran.
type CommandResult struct {
	Command  string
	ExitCode int // 128+n when signal n ended it
	Duration time.Duration
}

// said is an error as people who know of no packages are told it, in one line.
func said(err error) string {
	return strings.ReplaceAll(strings.TrimPrefix(cleanLine(err.Error()), "worker: "), ": worker: ", ": ")
}

// failure is a build that fails by its own doing: it is told to people as a
// notification and finishes the build. It is no error of the worker's.
type failure struct {
	message string // the notification's message_id
	text    string // the build's error
	values  fields // the notification's format_values
}

// Error is the build's error text.
func (f *failure) Error() string { return f.text }

func newFailure(message string, cause error) *failure {
	text := said(cause)
	return &failure{message: message, text: text, values: fields{"detail": text}}
}
