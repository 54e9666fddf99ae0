package worker

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// vector is a step of testdata/vectors/builder_session.json.
type vector struct {
	N       int               `json:"n"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Auth    string            `json:"auth"`
	Headers map[string]string `json:"headers"`
	Body    map[string]any    `json:"body"`
	Save    map[string]string `json:"save"`
}

func readVectors(t *testing.T, name string) []vector {
	t.Helper()
	text, err := os.ReadFile("../../testdata/vectors/builder_session.json")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var steps []vector
	if err := json.Unmarshal(file[name], &steps); err != nil || len(steps) == 0 {
		t.Fatalf("no steps %q: %v", name, err)
	}
	return steps
}

// The "make" of the checkout says what the vectors' commands say.
const (
	makeWorks = "#!/bin/sh\ncase $1 in deps) echo ok;; html) cd \"$BUILDKEY_OUTPUT\" && touch a.html b.html c.html docs.zip && echo built 3 pages;; esac\n"
	makeFails = "#!/bin/sh\ncase $1 in deps) echo ok;; html) echo no rule to make target >&2; exit 2;; esac\n"
	recipe2   = "commands:\n  - make deps\n  - make html\n"
)

func TestRunSendsWhatTheVectorsSay(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script, recipe string }{
		{"success", makeWorks, recipe2 + "documentation_type: sphinx\n"},
		{"failure", makeFails, recipe2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			repo := newRepo(t, map[string]string{"buildkey.yaml": test.recipe, "bin/make*": test.script})
			f := newFake(t, repo)
			f.project["environment_variables"] = map[string]any{
				"PATH": map[string]any{"value": repo.dir + "/bin:" + os.Getenv("PATH"), "public": true}}
			cfg := f.config()
			result, err := Run(t.Context(), cfg)
			if err != nil || result.Success != (test.name == "success") || !result.Revoked || result.State != stateFinished {
				t.Fatalf("Run() = %+v, %v", result, err)
			}
			compareSession(t, f.worked(), readVectors(t, test.name), repo.head)
			isEmpty(t, cfg.TempDir)
		})
	}
}

func compareSession(t *testing.T, got []received, want []vector, head string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("sent %d requests %v, want %d", len(got), got, len(want))
	}
	saved := strings.NewReplacer("{c1}", "1", "{c2}", "2")
	for i, step := range want {
		call := got[i]
		if call.method != step.Method || call.path != saved.Replace(step.Path) || call.auth != "Token "+testKey {
			t.Errorf("step %d: sent %s with authorization %q, want %s %s", step.N, call, call.auth, step.Method, step.Path)
		}
		compareIdempotency(t, step, call)
		if diff := cmp.Diff(steady(step.Body, "c0ffee"), steady(call.body, head)); diff != "" {
			t.Errorf("step %d %s: body (-want +got):\n%s", step.N, call, diff)
		}
	}
}

// compareIdempotency: b7-c1 with a part between that sets this run apart.
func compareIdempotency(t *testing.T, step vector, call received) {
	t.Helper()
	parts := strings.Split(step.Headers["Idempotency-Key"], "-")
	shape := regexp.MustCompile("^" + strings.Join(parts, "-[0-9a-z]{8}-") + "$")
	if !shape.MatchString(call.idempotency) {
		t.Errorf("step %d: Idempotency-Key %q does not match %s", step.N, call.idempotency, shape)
	}
}

// steady is a body without what differs from run to run: times become "time"
// when they are RFC 3339 in UTC, a length a number, the commit "commit", and of
// build_data only the pages count.
func steady(body map[string]any, commit string) map[string]any {
	out := maps.Clone(body)
	for name, value := range out {
		text, _ := value.(string)
		at, err := time.Parse(time.RFC3339Nano, text)
		switch {
		case err == nil && at.Location() == time.UTC:
			out[name] = "time"
		case name == "length":
			_, out[name] = value.(float64)
		case name == "commit" && value == commit:
			out[name] = "commit"
		case name == "build_data":
			out[name] = value.(map[string]any)["pages"]
		}
	}
	return out
}

func TestRunWithoutRecipe(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, map[string]string{"a.txt": "1\n2\n", "b/c.txt": "3\n"})
	f := newFake(t, repo)
	result, err := Run(t.Context(), f.config())
	if err != nil || !result.Success || result.Commit != repo.head || len(result.Commands) != 2 {
		t.Fatalf("Run() = %+v, %v", result, err)
	}
	listed, counted := f.find("PATCH /api/v2/command/1/"), f.find("PATCH /api/v2/command/2/")
	if got := listed[0]["output"]; got != "./a.txt\n./b/c.txt\n" {
		t.Errorf("the list of the tree is %q", got)
	}
	if got := strings.TrimSpace(counted[0]["output"].(string)); got != "3" {
		t.Errorf("the count of lines is %q", got)
	}
	if got := f.find("PATCH /api/v2/version/11/")[0]["documentation_type"]; got != "generic" {
		t.Errorf("documentation_type %v, want generic", got)
	}
}
