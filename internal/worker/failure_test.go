package worker

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRunReportsABuildThatFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name              string
		files             map[string]string
		project           map[string]any
		build             map[string]any
		message, mentions string
		states            string
	}{
		{"unknown field in the recipe", map[string]string{"buildkey.yaml": "commands: [ls]\nscript: x\n"}, nil, nil,
			"build:config-invalid", `unknown field "script"`, "cloning finished"},
		{"recipe is a link out of the checkout", nil, nil, map[string]any{"commit": "linked"},
			"build:config-invalid", "buildkey.yaml", "cloning finished"},
		{"no such commit", nil, nil, map[string]any{"commit": "no-such-branch"},
			"build:checkout-failed", `"no-such-branch" is not in the repository`, "cloning finished"},
		{"commit that is an option", nil, nil, map[string]any{"commit": "--upload-pack=touch x"},
			"build:checkout-failed", "is no name of a commit", "cloning finished"},
		{"repo that is an option", nil, map[string]any{"repo": "--upload-pack=touch x"}, nil,
			"build:checkout-failed", "starts with a dash", "cloning finished"},
		{"repo that is a helper", nil, map[string]any{"repo": "ext::sh -c touch% x"}, nil,
			"build:checkout-failed", "remote helper", "cloning finished"},
		{"no repo", nil, map[string]any{"repo": ""}, nil,
			"build:checkout-failed", "has no repo", "cloning finished"},
		{"repo that is not there", nil, map[string]any{"repo": "/nonexistent/repo"}, nil,
			"build:checkout-failed", "git clone: exit code 128", "cloning finished"},
		{"second command fails", map[string]string{"buildkey.yaml": "commands: ['true', 'exit 3', 'touch never']\n"}, nil, nil,
			"build:command-failed", "exit 3: exit code 3", "cloning installing building finished"},
		{"command killed by a signal", map[string]string{"buildkey.yaml": "commands: ['kill -9 $$']\n"}, nil, nil,
			"build:command-failed", "exit code 137", "cloning installing building finished"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			repo := newRepo(t, test.files)
			repo.git(t, "checkout", "--quiet", "-b", "linked")
			linkRecipe(t, repo)
			f := newFake(t, repo)
			merge(f.project, test.project)
			merge(f.build, test.build)
			cfg := f.config()
			result, err := Run(t.Context(), cfg)
			if err != nil || result.Success || result.State != stateFinished || !strings.Contains(result.Error, test.mentions) {
				t.Fatalf("Run() = %+v, %v; want an error that mentions %q", result, err, test.mentions)
			}
			checkFailure(t, f, result, test.message, test.states)
			isEmpty(t, cfg.TempDir)
		})
	}
}

// checkFailure: one notification, the states, an end that says why, and the
// version left alone.
func checkFailure(t *testing.T, f *fake, result Result, message, want string) {
	t.Helper()
	if note := f.find("POST /api/v2/notifications/"); len(note) != 1 || note[0]["message_id"] != message {
		t.Errorf("notifications %v, want one %s", note, message)
	}
	patches := f.find("PATCH /api/v2/build/7/")
	if got := states(patches); got != want {
		t.Errorf("states %q, want %q", got, want)
	}
	if last := patches[len(patches)-1]; last["success"] != false || last["error"] != result.Error {
		t.Errorf("the build was finished with %v", last)
	}
	if len(f.find("PATCH /api/v2/version/11/")) > 0 || !result.Revoked {
		t.Errorf("version patched by a failed build, or the key not revoked")
	}
}

func TestRunWaitsForASlot(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		taken   int // how often the limit is reached
		success bool
		waits   string
	}{
		{"free at once", 0, true, ""},
		{"free at the third look", 2, true, "5s 10s"},
		{"never free", slotTries, false, "5s 10s 20s 40s" + strings.Repeat(" 1m0s", slotTries-4)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, newRepo(t, nil))
			f.intercept = func(w http.ResponseWriter, r received, seen int) bool {
				full := strings.HasPrefix(r.path, "/api/v2/build/concurrent/") && seen <= test.taken
				if full {
					reply(w, http.StatusOK, map[string]any{"limit_reached": true, "concurrent": 4, "max_concurrent": 4})
				}
				return full
			}
			cfg, naps := recordNaps(f.config())
			result, err := Run(t.Context(), cfg)
			if err != nil || result.Success != test.success || naps.String() != test.waits {
				t.Errorf("Run() = %+v, %v after naps %q; want success %v after %q", result, err, naps, test.success, test.waits)
			}
			if !test.success && len(f.find("POST /api/v2/build/7/reset/")) > 0 {
				t.Error("a build that got no slot was reset")
			}
		})
	}
}

func TestRunEndsWithAnError(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		path    string // which request is answered with status
		status  int
		want    error
		states  string // patched
		revoked int
	}{
		{"key rejected at the start", "GET /api/v2/build/7/", 401, ErrRejected, "", 0},
		{"key rejected on the way", "POST /api/v2/command/", 401, ErrRejected, "cloning installing building", 0},
		{"build out of reach", "GET /api/v2/build/7/", 404, nil, "", 0},
		{"version out of reach", "GET /api/v2/version/11/", 404, nil, "", 0},
		{"final at the reset", "POST /api/v2/build/7/reset/", 409, ErrFinal, "", 1},
		{"command refused", "POST /api/v2/command/", 403, nil, "cloning installing building finished", 1},
		{"version refused", "PATCH /api/v2/version/11/", 403, nil, "cloning installing building uploading finished", 1},
		{"redirect", "POST /api/v2/build/7/reset/", 308, errRedirect, "finished", 1},
		{"server broken for good", "POST /api/v2/command/", 503, nil, "cloning installing building finished", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, newRepo(t, nil))
			f.intercept = func(w http.ResponseWriter, r received, _ int) bool {
				if r.String() == test.path {
					w.Header().Set("Location", "http://elsewhere.invalid/")
					reply(w, test.status, map[string]any{"detail": "no\x1b[31m " + testKey})
				}
				return r.String() == test.path
			}
			cfg := f.config()
			var told strings.Builder
			cfg.Progress = &told
			result, err := Run(t.Context(), cfg)
			if public := fmt.Sprint(told.String(), result, f.find("PATCH /api/v2/build/7/")); strings.Contains(public, "worker: ") {
				t.Errorf("people are told of a package: %s", public)
			}
			if err == nil || (test.want != nil && !errors.Is(err, test.want)) || result.Success {
				t.Fatalf("Run() = %+v, %v; want %v", result, err, test.want)
			}
			if text := fmt.Sprint(err, result); strings.Contains(text, testKey) || strings.Contains(text, "\x1b") {
				t.Errorf("what the server said was not made harmless: %q", text)
			}
			patched, revoked := states(f.find("PATCH /api/v2/build/7/")), len(f.find("POST /api/v2/revoke/"))
			if patched != test.states || revoked != test.revoked {
				t.Errorf("states %q, revoked %d times; want %q and %d", patched, revoked, test.states, test.revoked)
			}
			isEmpty(t, cfg.TempDir)
		})
	}
}

func TestRunRefusesAFinalBuild(t *testing.T) {
	t.Parallel()
	for _, state := range []string{stateFinished, stateCancelled} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, newRepo(t, nil))
			f.build["state"] = state
			result, err := Run(t.Context(), f.config())
			if !errors.Is(err, ErrFinal) || result.State != state || len(f.find("POST /api/v2/revoke/")) > 0 {
				t.Errorf("Run() = %+v, %v; want ErrFinal and the key left alone", result, err)
			}
		})
	}
}

func TestRunRefusesABuildWithoutAVersion(t *testing.T) {
	t.Parallel()
	f := newFake(t, newRepo(t, nil))
	f.build["version"] = nil
	if result, err := Run(t.Context(), f.config()); err == nil || !strings.Contains(err.Error(), "build 7 has no version") {
		t.Errorf("Run() = %+v, %v", result, err)
	}
}

func TestRunStopsWhenTheBuildIsCancelledElsewhere(t *testing.T) {
	t.Parallel()
	f := newFake(t, newRepo(t, nil))
	f.intercept = func(_ http.ResponseWriter, r received, _ int) bool {
		if r.String() == "POST /api/v2/command/" {
			f.build["state"] = stateCancelled
		}
		return false
	}
	result, err := Run(t.Context(), f.config())
	if !errors.Is(err, ErrFinal) || result.State != stateCancelled || result.Success {
		t.Errorf("Run() = %+v, %v; want ErrFinal", result, err)
	}
}

func TestRunTimesACommandOut(t *testing.T) {
	t.Parallel()
	f := newFake(t, newRepo(t, map[string]string{"buildkey.yaml": "commands: ['echo begun; sleep 100']\n"}))
	cfg := f.config()
	cfg.CommandTimeout = 500 * time.Millisecond
	result, err := Run(t.Context(), cfg)
	if err != nil || result.Success || !strings.Contains(result.Error, "stopped after 500ms") {
		t.Fatalf("Run() = %+v, %v", result, err)
	}
	body := f.find("PATCH /api/v2/command/1/")[0]
	output, _ := body["output"].(string)
	if body["exit_code"] != 143.0 || !strings.HasPrefix(output, "begun\n") || !strings.Contains(output, "the time limit of a command") {
		t.Errorf("the command was patched with %v", body)
	}
}
