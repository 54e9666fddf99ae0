package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// Errors that a run ends with.
var (
	// ErrRejected: the server no longer accepts the key. It was revoked, or it
	// expired, and nothing more can be reported.
	ErrRejected = errors.New("worker: the server rejects the key: it was revoked or has expired, and the build stops here")
	// ErrFinal: the build is finished or cancelled on the server, by someone else.
	ErrFinal = errors.New("worker: the build is already final on the server")
	// ErrUnsure: the call that ends the build may have counted, and the server
	// could not be asked, or did not take the call when it was made once more.
	ErrUnsure = errors.New("worker: no answer came to the end of the build: it may have ended as it should, see what the server says of it")
	// ErrHandle: the handle could not be opened, or the answer with the key was
	// lost. A handle is never tried twice, since the second opening kills the key.
	ErrHandle = errors.New("worker: the handle gives no key: trigger the build again for a new one")
)

// statusError is an answer that is no success.
type statusError struct {
	status int
	detail string
	header http.Header
}

// Error is the status and what the server said about it.
func (e *statusError) Error() string {
	text := fmt.Sprintf("the server answered %d %s", e.status, http.StatusText(e.status))
	if e.detail == "" {
		return text
	}
	return text + ": " + e.detail
}

// Is makes a 401 match ErrRejected.
func (e *statusError) Is(target error) bool {
	return target == ErrRejected && e.status == http.StatusUnauthorized
}

// hasStatus tells whether err is an answer with that status.
func hasStatus(err error, status int) bool {
	answer, ok := errors.AsType[*statusError](err)
	return ok && answer.status == status
}

// lostError is a call without a whole answer: what it did is not known.
type lostError struct{ cause error }

func (e lostError) Error() string { return "no answer: " + e.cause.Error() }

func (e lostError) Unwrap() error { return e.cause }

// mayHaveCounted tells whether a call that ended in err may have done its work: it was
// sent, and no answer says that it did not.
func mayHaveCounted(err error) bool {
	if answer, ok := errors.AsType[*statusError](err); ok {
		return answer.status >= 500
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return false
	}
	_, lost := errors.AsType[lostError](err)
	return lost
}

// doubtError is a call that failed in the end, of which an attempt may have counted.
type doubtError struct{ error }

func (e doubtError) Unwrap() error { return e.error }

func doubtful(err error) bool {
	_, ok := errors.AsType[doubtError](err)
	return ok
}

const maxProblem = 64 << 10

// problem is the body of an error (RFC 9457).
type problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Field  string `json:"field"`
		Detail string `json:"detail"`
	} `json:"errors"`
}

// newStatusError reads what the server says. Its text is shown to people, so it
// is made one short line and the credential is taken out.
func newStatusError(response *http.Response, key Credential) *statusError {
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxProblem))
	var said problem
	_ = json.Unmarshal(text, &said)
	return &statusError{
		status: response.StatusCode,
		detail: cleanLine(key.redact(said.String())),
		header: response.Header,
	}
}

// String is the detail, else the title, and what is wrong with which field.
func (p problem) String() string {
	parts := []string{p.Detail}
	if p.Detail == "" {
		parts[0] = p.Title
	}
	for _, field := range p.Errors {
		parts = append(parts, field.Field+": "+field.Detail)
	}
	return strings.Join(parts, "; ")
}
