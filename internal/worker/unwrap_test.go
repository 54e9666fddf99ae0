package worker

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

const testHandle = "bkh_HANDLEHANDLEHANDLE"

func TestRunOpensAHandleOnce(t *testing.T) {
	t.Parallel()
	echo := map[string]any{"detail": "no such " + testHandle}
	tests := []struct {
		name     string
		answer   func(w http.ResponseWriter)
		mentions string // of the error; "" when the build succeeds
	}{
		{"opened", func(w http.ResponseWriter) { reply(w, 200, map[string]any{"key": testKey}) }, ""},
		{"spent", func(w http.ResponseWriter) { reply(w, 410, echo) }, "opened before"},
		{"unknown", func(w http.ResponseWriter) { reply(w, 404, echo) }, "does not know it"},
		{"busy", func(w http.ResponseWriter) { reply(w, 503, echo) }, "may be spent"},
		{"too many", func(w http.ResponseWriter) { reply(w, 429, echo) }, "may be spent"},
		{"answer lost", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, "may be spent"},
		{"answer without a key", func(w http.ResponseWriter) { reply(w, 200, map[string]any{}) }, "held none"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			result, err := runWithHandle(t, test.answer)
			if test.mentions == "" {
				if err != nil || !result.Success {
					t.Errorf("Run() = %+v, %v", result, err)
				}
				return
			}
			if !errors.Is(err, ErrHandle) || !strings.Contains(err.Error(), test.mentions) || strings.Contains(err.Error(), testHandle) {
				t.Errorf("Run() error %v, want ErrHandle that mentions %q and no handle", err, test.mentions)
			}
		})
	}
}

// runWithHandle runs a build with a handle, whose opening is answered by answer
// and must come once.
func runWithHandle(t *testing.T, answer func(http.ResponseWriter)) (Result, error) {
	t.Helper()
	f := newFake(t, newRepo(t, nil))
	f.intercept = func(w http.ResponseWriter, r received, _ int) bool {
		if r.path != "/api/v2/keys/unwrap/" {
			return false
		}
		if r.auth != "" || r.body["handle"] != testHandle {
			t.Errorf("unwrap sent with authorization %q and body %v", r.auth, r.body)
		}
		answer(w)
		return true
	}
	cfg := f.config()
	cfg.Credential = HandleCredential(" " + testHandle + "\n")
	result, err := Run(t.Context(), cfg)
	if opened := len(f.find("POST /api/v2/keys/unwrap/")); opened != 1 {
		t.Errorf("the handle was opened %d times", opened)
	}
	return result, err
}

// A key that came out of a handle is nobody else's: it is revoked even when the
// build could not be read.
func TestRunRevokesAKeyOfAHandle(t *testing.T) {
	t.Parallel()
	f := newFake(t, newRepo(t, nil))
	f.intercept = func(w http.ResponseWriter, r received, _ int) bool {
		switch r.path {
		case "/api/v2/keys/unwrap/":
			reply(w, 200, map[string]any{"key": testKey})
		case "/api/v2/build/7/":
			reply(w, 404, nil)
		default:
			return false
		}
		return true
	}
	cfg := f.config()
	cfg.Credential = HandleCredential(testHandle)
	if result, err := Run(t.Context(), cfg); err == nil || !result.Revoked {
		t.Errorf("Run() = %+v, %v; want an error and the key revoked", result, err)
	}
}
