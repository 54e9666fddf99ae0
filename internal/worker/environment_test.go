package worker

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestCredentialNamesAndValues(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, entry string
		want        bool
	}{
		{"the worker's key", "BUILDKEY_KEY=x", true}, {"the worker's handle", "BUILDKEY_HANDLE=x", true},
		{"the server's token", "BUILDKEY_ADMIN_TOKEN=x", true}, {"lower case", "api_token=x", true},
		{"cloud", "AWS_SECRET_ACCESS_KEY=x", true}, {"password", "PGPASSWORD=x", true},
		{"registry", "NPM_CONFIG__AUTH=x", true}, {"credentials file", "GOOGLE_APPLICATION_CREDENTIALS=/x", true},
		{"URL with a password", "DATABASE_URL=postgres://u:p@h/d", true}, {"URL with a user", "REMOTE=https://token@h/d", true},
		{"host with a password", "http_proxy=u:p@h:3128", true},
		{"path", "PATH=/usr/bin:/bin", false}, {"locale with a modifier", "LANG=ca_ES.UTF-8@valencia", false},
		{"URL without a user", "http_proxy=http://h:3128/", false}, {"mail address", "EMAIL=a@example.org", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			name, value, _ := strings.Cut(test.entry, "=")
			if got := credentialName(name) || credentialValue(value); got != test.want {
				t.Errorf("%s counts as a credential: %v", test.entry, got)
			}
		})
	}
}

func testSession(environ ...string) *session {
	return &session{
		cfg:     Config{Environ: environ, Logger: discard()},
		build:   build{ID: 7},
		version: version{Slug: "latest", Type: "branch"},
		project: project{Slug: "alpha", Variables: map[string]variable{}},
		place:   place{home: "/b/home", temp: "/b/tmp", output: "/b/output"},
		result:  Result{Commit: "c0ffee"},
	}
}

func TestCommandEnvironment(t *testing.T) {
	t.Parallel()
	fixed := []string{
		"BUILDKEY=true", "BUILDKEY_BUILD=7", "BUILDKEY_COMMIT=c0ffee", "BUILDKEY_OUTPUT=/b/output", "BUILDKEY_PROJECT=alpha",
		"BUILDKEY_VERSION=latest", "BUILDKEY_VERSION_TYPE=branch", "CI=true", "HOME=/b/home", "PATH=" + defaultPath, "TMPDIR=/b/tmp",
	}
	tests := []struct {
		name          string
		environ, pass []string
		variables     map[string]variable
		want          []string // instead of or besides the fixed ones
	}{
		{"nothing given", nil, nil, nil, nil},
		{"what the list names", []string{"PATH=/opt/bin", "LANG=C", "TZ=UTC"}, nil, nil, []string{"PATH=/opt/bin", "LANG=C", "TZ=UTC"}},
		{"what the list does not name", []string{"EDITOR=ed", "SSH_AUTH_SOCK=/x", "BUILDKEY_KEY=x", "GIT_DIR=/x"}, nil, nil, nil},
		{"home and temporary folder are the build's", []string{"HOME=/root", "TMPDIR=/var/tmp"}, nil, nil, nil},
		{"more names", []string{"GOPROXY=off", "GOFLAGS=-v"}, []string{"GOPROXY"}, nil, []string{"GOPROXY=off"}},
		{"a proxy", []string{"https_proxy=http://h:1"}, nil, nil, []string{"https_proxy=http://h:1"}},
		{"a proxy with a password", []string{"https_proxy=http://u:p@h:1"}, nil, nil, nil},
		{"a passed name with a password", []string{"GOPROXY=https://u:p@h"}, []string{"GOPROXY"}, nil, nil},
		{"the project's", nil, nil, map[string]variable{"API_TOKEN": {"t"}, "EMPTY": {""}}, []string{"API_TOKEN=t", "EMPTY="}},
		{"the project's path", []string{"PATH=/opt/bin"}, nil, map[string]variable{"PATH": {"/p"}}, []string{"PATH=/p"}},
		{"names the worker keeps", nil, nil, map[string]variable{"BUILDKEY_KEY": {"x"}, "BUILDKEY_BUILD": {"8"}}, nil},
		{"names that are none", nil, nil, map[string]variable{"A B": {"x"}, "A=B": {"x"}, "": {"x"}, "1A": {"x"}}, nil},
		{"a value with a NUL", nil, nil, map[string]variable{"A": {"x\x00y"}}, nil},
		{"CI is always true", nil, nil, map[string]variable{"CI": {"false"}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := testSession(test.environ...)
			s.cfg.PassEnv, s.project.Variables = test.pass, test.variables
			want := slices.DeleteFunc(slices.Clone(fixed), func(entry string) bool {
				return strings.HasPrefix(entry, "PATH=") && strings.Contains(strings.Join(test.want, " "), "PATH=")
			})
			want = append(want, test.want...)
			slices.Sort(want)
			if got := s.commandEnvironment().list(); !slices.Equal(got, want) {
				t.Errorf("environment\n%q\nwant\n%q", got, want)
			}
		})
	}
}

// What a command finds, and what the worker says, hold no credential.
func TestRunTellsNoCredential(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, map[string]string{"leaked": testKey,
		"buildkey.yaml": "commands:\n  - env; cat .git/config leaked; ls -a ~\n  - cat leaked; exit 4\n"})
	f := newFake(t, repo)
	f.project["environment_variables"] = map[string]any{"COLOUR": map[string]any{"value": "blue", "public": false}}
	cfg := f.config()
	cfg.Environ = append(cfg.Environ, "http_proxy=http://u:hidden@h:1")
	var said strings.Builder
	cfg.Progress = &said
	cfg.Logger = debugLog(&said)
	f.intercept = func(w http.ResponseWriter, r received, seen int) bool { // some trouble to log
		if r.method == http.MethodPatch && seen == 1 || r.path == "/api/v2/revoke/" {
			reply(w, http.StatusInternalServerError, map[string]any{"detail": "no " + testKey})
			return true
		}
		return false
	}
	result, err := Run(t.Context(), cfg)
	if err != nil || result.Revoked || len(result.Commands) != 2 {
		t.Fatalf("Run() = %+v, %v", result, err)
	}
	output, _ := f.find("PATCH /api/v2/command/1/")[0]["output"].(string)
	if !strings.Contains(output, "COLOUR=blue\n") || !strings.Contains(output, "BUILDKEY_BUILD=7\n") || !strings.Contains(output, "[remote") {
		t.Errorf("the command did not see what it should: %q", output)
	}
	for name, text := range map[string]string{"output": output, "progress and log": said.String()} {
		if strings.Contains(text, testKey) || strings.Contains(text, "hidden") || strings.Contains(text, "EDITOR") {
			t.Errorf("%s holds what it should not: %s", name, text)
		}
	}
	for _, line := range []string{"build 7: project alpha, version latest", "[2/2] cat leaked; exit 4", "exit 4 after", "build 7 failed after", "level=INFO msg=\"the key was not revoked"} {
		if !strings.Contains(said.String(), line) {
			t.Errorf("nothing says %q in:\n%s", line, said.String())
		}
	}
}
