package cli

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestBuilderFailsInOneLine(t *testing.T) {
	t.Parallel()
	refusing := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"a key that is dead", refusing(http.StatusUnauthorized), "the server rejects the key"},
		{"a build that is not there", refusing(http.StatusNotFound), "404"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(test.answer)
			t.Cleanup(server.Close)
			const key = "bk_thekey"
			e := call(t, t.Context(), []string{"BUILDKEY_KEY=" + key}, "", "builder", "--server", server.URL, "--build", "7")
			if e.code != 1 || !strings.Contains(lastLine(e.stderr), test.want) || !strings.HasPrefix(lastLine(e.stderr), "buildkey: ") {
				t.Errorf("exit code %d, %q", e.code, e.stderr)
			}
			if strings.Contains(e.stdout+e.stderr, key) {
				t.Error("the key is shown")
			}
		})
	}
}

func TestBuilderEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	e := call(t, ctx, []string{"BUILDKEY_KEY=k"}, "", "builder", "--server", server.URL, "--build", "7")
	if e.code != 1 || !strings.Contains(lastLine(e.stderr), "interrupted") {
		t.Errorf("exit code %d, %q", e.code, e.stderr)
	}
}
