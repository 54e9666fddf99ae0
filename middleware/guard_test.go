package middleware_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
)

type nilParser struct{ parser.Parser }

func TestHalfWiredGuardsPanic(t *testing.T) {
	t.Parallel()
	g := newStand().Guard
	empty := &middleware.Guard{}
	hollow := &middleware.Guard{Keys: (*keyring)(nil)}
	parserless := &middleware.Guard{Keys: &keyring{}, Parser: (*nilParser)(nil)}
	allow := permission.AllowAny
	for name, wire := range map[string]func(){
		"Authenticate without keys":         func() { empty.Authenticate(ok) },
		"Require without keys":              func() { empty.Require(allow) },
		"On without keys":                   func() { empty.On("GET", allow, ok) },
		"Mux without keys":                  func() { empty.Mux() },
		"Protect without keys":              func() { empty.Protect(mux.NewRouter(), allow) },
		"Require of a nil guard":            func() { (*middleware.Guard)(nil).Require(allow) },
		"Authenticate with a nil store":     func() { hollow.Authenticate(ok) },
		"Require with a nil store":          func() { hollow.Require(allow) },
		"Authenticate with a nil parser":    func() { parserless.Authenticate(ok) },
		"Authenticate of nothing":           func() { g.Authenticate(nil) },
		"Authenticate of a nil handler":     func() { g.Authenticate(http.HandlerFunc(nil)) },
		"Require of no permission":          func() { g.Require(nil) },
		"Require of a nil permission":       func() { g.Require((*nilPermission)(nil)) },
		"Require of no handler":             func() { g.Require(allow)(nil) },
		"Require of a nil handler":          func() { g.Require(allow)(middleware.HandlerFunc(nil)) },
		"Protect with no permission":        func() { g.Protect(mux.NewRouter(), nil) },
		"On without a method":               func() { g.On("", allow, ok) },
		"On with a method in lower case":    func() { g.On("get", allow, ok) },
		"On without a permission":           func() { g.On("GET", nil, ok) },
		"On without a handler":              func() { g.On("GET", allow, nil) },
		"On twice":                          func() { g.On("GET", allow, ok).On("GET", allow, ok) },
		"Mux.Handle without a permission":   func() { g.Mux().Handle("/", nil, ok) },
		"Mux.Handle without a handler":      func() { g.Mux().Handle("/", allow, nil) },
		"Mux.HandleMethods without methods": func() { g.Mux().HandleMethods("/", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "middleware: ") {
					t.Errorf("recovered %v", text)
				}
			}()
			wire()
			t.Error("it did not panic")
		})
	}
}

type nilPermission struct{ permission.Permission }
