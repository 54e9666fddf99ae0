package middleware

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
)

// situation is a row of the status table: which errors it is for and how they
// are answered.
type situation struct {
	holds  func(err error, known bool) bool
	status int
	code   string     // unless the error brings its own
	detail string     // likewise
	token  string     // RFC 6750's error in the challenge, "" for none
	level  slog.Level // of the log line
}

// asItSays is the status of a row that leaves the answer to the error.
const asItSays = 0

// What RFC 6750, section 3.1, calls them.
const (
	invalidToken      = "invalid_token"
	insufficientScope = permission.CodeInsufficientScope
)

// situations is the status table. The first row that holds counts.
var situations = []situation{
	{is(context.Canceled), 503, "unavailable", "the service cannot answer now: try again", "", slog.LevelInfo},
	{undecided, 503, "unavailable", "it could not be decided whether you may do this: try again", "", slog.LevelError},

	{ownProblem, asItSays, "", "", "", slog.LevelDebug},
	{ownFailure, asItSays, "", "", "", slog.LevelError},

	{is(parser.ErrMissing), 401, permission.CodeNotAuthenticated, "credentials were not provided", "", slog.LevelInfo},
	{is(parser.ErrMalformed), 401, invalidToken, "the key is malformed: check that it was copied whole", invalidToken, slog.LevelInfo},
	{deniedToNobody, 401, permission.CodeNotAuthenticated, "credentials were not provided", "", slog.LevelInfo},
	{lacksScope, 403, insufficientScope, "a scope is missing", insufficientScope, slog.LevelInfo},
	{denied, 403, permission.CodePermissionDenied, "you may not do this", "", slog.LevelInfo},
	{is(apikey.ErrForbidden), 403, permission.CodePermissionDenied, "you may not do this", "", slog.LevelInfo},

	{is(apikey.ErrExpired), 401, invalidToken, "the key has expired: ask for a new one", invalidToken, slog.LevelInfo},
	{is(apikey.ErrRevoked), 401, invalidToken, "the key was revoked: ask for a new one", invalidToken, slog.LevelInfo},
	{is(apikey.ErrLapsed), 401, invalidToken, "the key was not used in time and has lapsed: ask for a new one", invalidToken, slog.LevelInfo},
	{is(apikey.ErrMalformed), 401, invalidToken, "the key is malformed: check that it was copied whole", invalidToken, slog.LevelInfo},
	{is(apikey.ErrInvalid), 401, invalidToken, "the key or token is not valid", invalidToken, slog.LevelInfo},

	{is(apikey.ErrBadValue), 400, "bad_value", "a value cannot be written", "", slog.LevelInfo},
	{is(apikey.ErrNotFound), 404, "not_found", "not found", "", slog.LevelDebug},

	{is(apikey.ErrUnavailable), 503, "unavailable", "the service cannot answer now: try again", "", slog.LevelError},
	{is(context.DeadlineExceeded), 503, "unavailable", "the service cannot answer now: try again", "", slog.LevelError},

	{anything, 500, "internal_error", "the service failed; the failure was logged", "", slog.LevelError},
}

// situationOf finds the row for err.
func situationOf(err error, known bool) situation {
	for _, row := range situations {
		if row.holds(err, known) {
			return row
		}
	}
	return situations[len(situations)-1]
}

func is(target error) func(error, bool) bool {
	return func(err error, _ bool) bool { return errors.Is(err, target) }
}

func anything(error, bool) bool { return true }

// undecided comes before all else: what a rule failed with is not the answer.
func undecided(err error, _ bool) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.undecided()
}

func ownProblem(err error, _ bool) bool { return ownStatus(err) >= 400 && ownStatus(err) < 500 }

func ownFailure(err error, _ bool) bool { return ownStatus(err) >= 500 && ownStatus(err) < 600 }

func ownStatus(err error) int {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Status
	}
	return 0
}

func denied(err error, _ bool) bool {
	_, ok := errors.AsType[*permission.DeniedError](err)
	return ok
}

func deniedToNobody(err error, known bool) bool { return !known && denied(err, known) }

func lacksScope(err error, _ bool) bool {
	if d, ok := errors.AsType[*permission.DeniedError](err); ok {
		return d.Code == insufficientScope
	}
	_, ok := scopeError(err)
	return ok
}

// scopeError finds a ScopeError, also behind a pointer.
func scopeError(err error) (apikey.ScopeError, bool) {
	if p, ok := errors.AsType[*apikey.ScopeError](err); ok {
		return *p, true
	}
	return errors.AsType[apikey.ScopeError](err)
}

// problem is the row's answer to err.
func (row situation) problem(err error) *Problem {
	if own, ok := errors.AsType[*Problem](err); ok && row.status == asItSays {
		return new(*own)
	}
	p := &Problem{Status: row.status, Code: row.code, Detail: row.detail}
	code, detail := ownWords(err, row.status)
	if code != "" {
		p.Code = code
	}
	if detail != "" {
		p.Detail = detail
	}
	if row.status == http.StatusServiceUnavailable {
		p.Header = http.Header{"Retry-After": {"1"}}
	}
	return p
}
