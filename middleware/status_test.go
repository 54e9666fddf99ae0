package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
)

// answers is the status table. Every error is also given wrapped.
var answers = []struct {
	name      string
	err       error
	known     bool // a key asks
	status    int
	challenge string
	code      string
	detail    string
	level     string
}{
	{"denied, nobody", permission.Denied("", ""), false, 401, "Token", "not_authenticated", "credentials were not provided", "INFO"},
	{"denied with words, nobody", permission.Denied("not_owner", "only the owner"), false, 401, "Token", "not_owner", "only the owner", "INFO"},
	{"denied for a scope, nobody", permission.Denied("insufficient_scope", "the key lacks the scope build:read"), false, 401, "Token", "insufficient_scope", "the key lacks the scope build:read", "INFO"},
	{"denied", permission.Denied("", ""), true, 403, "", "permission_denied", "you may not do this", "INFO"},
	{"denied with a code", permission.Denied("not_owner", ""), true, 403, "", "not_owner", "you may not do this", "INFO"},
	{"denied with a reason", permission.Denied("", "only the owner"), true, 403, "", "permission_denied", "only the owner", "INFO"},
	{"denied for a scope", permission.Denied("insufficient_scope", "the key lacks the scope build:read"), true, 403, `Token error="insufficient_scope", scope="build:read"`, "insufficient_scope", "the key lacks the scope build:read", "INFO"},
	{"denied for some scope", permission.Denied("insufficient_scope", "ask for more"), true, 403, `Token error="insufficient_scope"`, "insufficient_scope", "ask for more", "INFO"},

	{"missing scope", apikey.ScopeError{Scope: "build:read"}, true, 403, `Token error="insufficient_scope", scope="build:read"`, "insufficient_scope", "the key lacks the scope build:read", "INFO"},
	{"missing scope, by a pointer", &apikey.ScopeError{Scope: "build:read"}, true, 403, `Token error="insufficient_scope", scope="build:read"`, "insufficient_scope", "the key lacks the scope build:read", "INFO"},
	{"missing scope, nobody", apikey.ScopeError{Scope: "build:read"}, false, 403, `Token error="insufficient_scope", scope="build:read"`, "insufficient_scope", "the key lacks the scope build:read", "INFO"},
	{"missing scope with a quote", apikey.ScopeError{Scope: `x", realm="y`}, true, 403, `Token error="insufficient_scope"`, "insufficient_scope", `the key lacks the scope x", realm="y`, "INFO"},
	{"forbidden", apikey.ErrForbidden, true, 403, "", "permission_denied", "you may not do this", "INFO"},
	{"forbidden, and what", fmt.Errorf("queryset: column state cannot be written: %w", apikey.ErrForbidden), true, 403, "", "permission_denied", "column state cannot be written", "INFO"},

	{"bad value", apikey.ErrBadValue, true, 400, "", "bad_value", "a value cannot be written", "INFO"},
	{"bad value, and which", fmt.Errorf("queryset: column state takes no list: %w", apikey.ErrBadValue), true, 400, "", "bad_value", "column state takes no list", "INFO"},

	{"invalid", apikey.ErrInvalid, false, 401, `Token error="invalid_token"`, "invalid_token", "the key or token is not valid", "INFO"},
	{"malformed", apikey.ErrMalformed, false, 401, `Token error="invalid_token"`, "invalid_token", "the key is malformed: check that it was copied whole", "INFO"},
	{"unknown", apikey.ErrUnknown, false, 401, `Token error="invalid_token"`, "invalid_token", "the key or token is not valid", "INFO"},
	{"expired", apikey.ErrExpired, false, 401, `Token error="invalid_token"`, "invalid_token", "the key has expired: ask for a new one", "INFO"},
	{"revoked", apikey.ErrRevoked, false, 401, `Token error="invalid_token"`, "invalid_token", "the key was revoked: ask for a new one", "INFO"},
	{"lapsed", apikey.ErrLapsed, true, 401, `Token error="invalid_token"`, "invalid_token", "the key was not used in time and has lapsed: ask for a new one", "INFO"},

	{"no key in the header", parser.ErrMissing, false, 401, "Token", "not_authenticated", "credentials were not provided", "INFO"},
	{"no key by its bytes", parser.ErrMalformed, false, 401, `Token error="invalid_token"`, "invalid_token", "the key is malformed: check that it was copied whole", "INFO"},

	{"not found", apikey.ErrNotFound, true, 404, "", "not_found", "not found", "DEBUG"},
	{"not found, nobody", apikey.ErrNotFound, false, 404, "", "not_found", "not found", "DEBUG"},

	{"unavailable", apikey.ErrUnavailable, true, 503, "", "unavailable", "the service cannot answer now: try again", "ERROR"},
	{"deadline", context.DeadlineExceeded, true, 503, "", "unavailable", "the service cannot answer now: try again", "ERROR"},
	{"cancelled", context.Canceled, true, 503, "", "unavailable", "the service cannot answer now: try again", "INFO"},

	{"unscoped", apikey.ErrUnscoped, false, 500, "", "internal_error", "the service failed; the failure was logged", "ERROR"},
	{"anything", errors.New("pq: password of builder"), true, 500, "", "internal_error", "the service failed; the failure was logged", "ERROR"},
	{"nothing", nil, true, 500, "", "internal_error", "the service failed; the failure was logged", "ERROR"},
	{"a problem that is none", &middleware.Problem{Status: 200, Detail: "fine"}, true, 500, "", "internal_error", "the service failed; the failure was logged", "ERROR"},
	{"a zero problem", &middleware.Problem{}, true, 500, "", "internal_error", "the service failed; the failure was logged", "ERROR"},
	{"a problem above", &middleware.Problem{Status: 600}, true, 500, "", "internal_error", "the service failed; the failure was logged", "ERROR"},

	{"a problem", &middleware.Problem{Status: 409, Code: "state", Detail: "the build is final"}, true, 409, "", "state", "the build is final", "DEBUG"},
	{"a problem without words", &middleware.Problem{Status: 415}, true, 415, "", "unsupported_media_type", "Unsupported Media Type", "DEBUG"},
	{"a problem of who asks", &middleware.Problem{Status: 401}, false, 401, "Token", "unauthorized", "Unauthorized", "DEBUG"},
	{"a problem of the server", &middleware.Problem{Status: 507}, false, 507, "", "insufficient_storage", "Insufficient Storage", "ERROR"},
}

func TestStatusTable(t *testing.T) {
	t.Parallel()
	for _, row := range answers {
		for _, wrapped := range []bool{false, true} {
			err := row.err
			if wrapped && err != nil && row.name != "forbidden" && row.name != "bad value" {
				err = wrap{err}
			}
			t.Run(fmt.Sprintf("%s, wrapped %v", row.name, wrapped), func(t *testing.T) {
				t.Parallel()
				s := newStand()
				r := request("PATCH", "")
				if row.known {
					r = r.WithContext(apikey.NewContext(r.Context(), apikey.Key{ID: goodID, Project: "1"}))
				}
				w := s.serve(r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { middleware.WriteError(w, r, err) }))
				got := problem(t, w, row.status)
				if got.Code != row.code || got.Detail != row.detail {
					t.Errorf("code %q, detail %q, want %q, %q", got.Code, got.Detail, row.code, row.detail)
				}
				if challenge := w.Header().Get("WWW-Authenticate"); challenge != row.challenge {
					t.Errorf("challenge %q, want %q", challenge, row.challenge)
				}
				if retry := w.Header().Get("Retry-After"); (retry == "1") != (row.status == 503) {
					t.Errorf("Retry-After %q", retry)
				}
				parts := []string{`"level":"` + row.level + `"`, `"method":"PATCH"`, `"path":"/builds/7"`, fmt.Sprintf(`"status":%d`, row.status)}
				if row.known {
					parts = append(parts, goodID.String())
				}
				if len(s.log.lines(parts...)) != 1 || len(s.log.lines("")) != 1 {
					t.Errorf("log %s, want %v", s.log, parts)
				}
			})
		}
	}
}

// wrap adds words to an error's, which no answer may show.
type wrap struct{ error }

func (w wrap) Unwrap() error { return w.error }

// TestUnknownRulesAre503 whatever the error is that the rule failed with.
func TestUnknownRulesAre503(t *testing.T) {
	t.Parallel()
	for _, row := range answers {
		if row.err == nil {
			continue
		}
		if v := verdictOf(row.err); v != permission.Unknown {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			rule := permission.New("Rule", func(*http.Request) error { return row.err })
			object := permission.ForObject("Rule", func(*http.Request, int) error { return row.err })
			checked := middleware.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error { return s.CheckObject(r, 7) })
			for _, w := range []*httptest.ResponseRecorder{s.get(goodKey, rule, ok), s.get(goodKey, permission.Not(object), checked)} {
				if got := problem(t, w, 503); got.Code != "unavailable" || w.Header().Get("Retry-After") != "1" {
					t.Errorf("%+v, %v", got, w.Header())
				}
			}
			if len(s.log.lines(`"rule":"Rule"`)) != 2 {
				t.Errorf("log %s", s.log)
			}
		})
	}
}

func verdictOf(err error) permission.Verdict {
	return permission.New("Rule", func(*http.Request) error { return err }).Decide(nil, nil).Verdict
}

// TestRefusalsOfRoutes has the situations of the table come about by themselves.
func TestRefusalsOfRoutes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, key, user string
		p               permission.Permission
		status          int
		challenge, code string
	}{
		{"no key where one is needed", "", "", permission.HasBuildAPIKey, 401, "Token", "not_authenticated"},
		{"nobody may", "", "", permission.DenyAll, 401, "Token", "not_authenticated"},
		{"malformed key", "two words", "", permission.HasBuildAPIKey, 401, `Token error="invalid_token"`, "invalid_token"},
		{"unknown key", "mistyped", "", permission.HasBuildAPIKey, 401, `Token error="invalid_token"`, "invalid_token"},
		{"expired key", expiredKey, "", permission.HasBuildAPIKey, 401, `Token error="invalid_token"`, "invalid_token"},
		{"a key that may not", goodKey, "", permission.IsStaff, 403, "", "permission_denied"},
		{"a key that lacks a scope", goodKey, "", permission.And(permission.HasBuildAPIKey, permission.HasScope("key:create")), 403, `Token error="insufficient_scope", scope="key:create"`, "insufficient_scope"},
		{"a user that may not", "", "user", permission.HasBuildAPIKey, 403, "", "permission_denied"},
		{"a user where a scope is needed", "", "user", permission.HasScope("key:create"), 403, "", "permission_denied"},
		{"a negated rule", goodKey, "", permission.Not(permission.HasBuildAPIKey), 403, "", "negated"},
		{"a database that cannot answer", "unavailable", "", permission.HasBuildAPIKey, 503, "", "unavailable"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			w := s.serve(asUser(request("GET", row.key), row.user), s.Require(row.p)(ok))
			if got := problem(t, w, row.status); got.Code != row.code {
				t.Errorf("code %q, want %q", got.Code, row.code)
			}
			if challenge := w.Header().Get("WWW-Authenticate"); challenge != row.challenge {
				t.Errorf("challenge %q, want %q", challenge, row.challenge)
			}
		})
	}
}

func TestChallengeIsTheParsersOwn(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		parser           parser.Parser
		none, bad, scope string
	}{
		{nil, "Token", `Token error="invalid_token"`, `Token error="insufficient_scope", scope="key:create"`},
		{parser.Bearer, "Bearer", `Bearer error="invalid_token"`, `Bearer error="insufficient_scope", scope="key:create"`},
		{parser.Header("X-Build-Key"), "", "", ""},
		{
			ownParser{challenge: `Build realm="a, b"`, err: parser.ErrMissing}, `Build realm="a, b"`,
			`Build realm="a, b", error="invalid_token"`, `Build realm="a, b", error="insufficient_scope", scope="key:create"`,
		},
		{
			parser.First(ownParser{challenge: `Build realm="a, b"`, err: parser.ErrMissing}, parser.Token), `Build realm="a, b", Token`,
			`Build realm="a, b", error="invalid_token", Token error="invalid_token"`,
			`Build realm="a, b", error="insufficient_scope", scope="key:create", Token error="insufficient_scope", scope="key:create"`,
		},
		{
			parser.First(parser.APIKey, parser.Header("X-Build-Key"), parser.Token), "Api-Key, Token",
			`Api-Key error="invalid_token", Token error="invalid_token"`,
			`Api-Key error="insufficient_scope", scope="key:create", Token error="insufficient_scope", scope="key:create"`,
		},
	} {
		s := newStand()
		s.Parser = row.parser
		for _, step := range []struct {
			err  error
			want string
		}{
			{permission.Denied("", ""), row.none},
			{apikey.ErrExpired, row.bad},
			{apikey.ScopeError{Scope: "key:create"}, row.scope},
		} {
			w := s.serve(request("GET", ""), middleware.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return step.err }))
			if got := w.Header().Get("WWW-Authenticate"); got != step.want {
				t.Errorf("%v: challenge %q, want %q", step.err, got, step.want)
			}
		}
	}
}

// listed is a parser with a list of its own.
type listed struct {
	parser.Parser
	challenges []string
}

func (p listed) Challenges() []string { return p.challenges }

func TestChallengesStayAsTheyWere(t *testing.T) {
	t.Parallel()
	s := newStand()
	s.Parser = listed{parser.Token, []string{"Token", "Bearer"}}
	for range 2 {
		w := s.get(expiredKey, permission.HasBuildAPIKey, ok)
		if got := w.Header().Get("WWW-Authenticate"); got != `Token error="invalid_token", Bearer error="invalid_token"` {
			t.Errorf("challenge %q", got)
		}
	}
}

func TestWriteErrorWithoutAGuard(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	middleware.WriteError(w, request("GET", goodKey), apikey.ErrExpired) // logged by slog.Default
	problem(t, w, 401)
	if got := w.Header().Get("WWW-Authenticate"); got != `Token error="invalid_token"` {
		t.Errorf("challenge %q", got)
	}
}

func TestHeadHasNoBody(t *testing.T) {
	t.Parallel()
	s := newStand()
	w := s.serve(request("HEAD", ""), s.Require(permission.HasBuildAPIKey)(ok))
	if w.Code != 401 || w.Body.Len() != 0 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("status %d, body %q, headers %v", w.Code, w.Body, w.Header())
	}
}
