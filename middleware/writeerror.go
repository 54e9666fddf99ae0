package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/nilcheck"
	"github.com/buildkey/buildkey/permission"
)

// WriteError answers r for an error, as application/problem+json (RFC 9457) with
// title, status, detail and code, and with a challenge (RFC 6750) in the scheme
// of the request's Guard. It is the only place that knows statuses:
//
//	a *permission.DeniedError, from nobody known    401, without an error in the challenge
//	parser.ErrMissing                               401, likewise
//	apikey.ErrInvalid, what matches it,
//	parser.ErrMalformed                             401, error="invalid_token"
//	a *permission.DeniedError, from a key or user   403, error="insufficient_scope" where a scope is missing
//	apikey.ErrForbidden, apikey.ScopeError          403, likewise
//	apikey.ErrBadValue                              400
//	apikey.ErrNotFound                              404
//	apikey.ErrUnavailable, a rule that is Unknown,
//	a context's error                               503, Retry-After
//	a *Problem                                      as it says
//	apikey.ErrUnscoped, anything else               500, nothing about the error
//
// Every error may be wrapped. The text of one that matches apikey.ErrForbidden or
// ErrBadValue is shown, since it names the column or the reach; that of a
// ScopeError is the scope. All are logged with method, path and the key's id: 404
// at debug level, a refusal at info, the others as errors. Of an answer that has
// begun already nothing can be changed, so the error is only logged.
//
// r is the request that the handler was given. Without a Guard the scheme is
// Token and the log slog.Default().
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	p := passageOf(r)
	if nilcheck.IsNil(err) {
		err = fmt.Errorf("middleware: WriteError of a nil %T: there is nothing to answer", err)
	}
	row := situationOf(err, known(r))
	problem := row.problem(err)
	problem.Detail = p.redact(problem.Detail)
	if begun(w) {
		p.log(r, max(row.level, slog.LevelWarn), "the handler failed after its answer had begun", problem, err)
		return
	}
	message := "request refused"
	if row.level >= slog.LevelError {
		message = "request failed"
	}
	p.log(r, row.level, message, problem, err)
	if known(r) || p != nil && !p.missing {
		w.Header().Set("Cache-Control", "no-store") // what the handler said was of another answer
	}
	if challenge := p.challenge(problem.Status, row.token, scopeOf(err)); challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	problem.write(w, r)
}

// ownWords are the code and detail that an error brings.
func ownWords(err error, status int) (code, detail string) {
	if status >= http.StatusNotFound {
		return "", ""
	}
	if d, ok := errors.AsType[*permission.DeniedError](err); ok {
		return d.Code, d.Reason
	}
	if s, ok := scopeError(err); ok {
		return "", plainly(s)
	}
	for _, tells := range []error{apikey.ErrForbidden, apikey.ErrBadValue} {
		if errors.Is(err, tells) && err != tells {
			return "", plainly(err)
		}
	}
	return "", ""
}

// plainly is an error's text without the package names that are for the log.
func plainly(err error) string {
	text := strings.TrimSuffix(err.Error(), ": "+apikey.ErrForbidden.Error())
	text = strings.TrimSuffix(text, ": "+apikey.ErrBadValue.Error())
	if name, rest, ok := strings.Cut(text, ": "); ok && !strings.Contains(name, " ") {
		return rest
	}
	return text
}

// scopeOf is the scope that err says is missing, "" when it is about another
// matter.
func scopeOf(err error) string {
	if d, ok := errors.AsType[*permission.DeniedError](err); ok {
		return d.Scope()
	}
	if s, ok := scopeError(err); ok && apikey.IsScope(s.Scope) {
		return s.Scope
	}
	return ""
}
